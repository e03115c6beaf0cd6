import { useWardline } from '@wardline/client/react';
import { type SubmitEvent, useState } from 'react';
import { LanguageChoice, LookChoice } from '../../shared/ui/choices.js';
import { COLOURS, type Colours, preferredColours, remember, showColours } from '../../shared/preferences.js';
import type { Rank } from '../../shared/sound.js';
import { useApp, useDeptNames } from '../context.js';
import { Fault } from '../loading/fault.js';
import { useAttempt } from '../loading/use-attempt.js';
import { PageHeading } from '../page-heading.js';
import { useTexts } from '../texts.js';

const RANKS: readonly Rank[] = [2, 1, 0];
const PAUSES_MIN = [2, 5, 10];

export default function SettingsPage() {
  const texts = useTexts();
  const { t } = texts;
  const { user, dept } = useApp();
  const names = useDeptNames(dept);
  const client = useWardline();
  const { isBusy, fault, attempt } = useAttempt();
  const [done, setDone] = useState('');
  const run = async (command: () => Promise<unknown>, text = '') => {
    setDone('');
    if (await attempt(command)) setDone(text);
  };
  return (
    <>
      <PageHeading>{t('settings.title')}</PageHeading>
      <div className="two">
        <SoundPanel />
        <section className="panel" aria-label={t('settings.device')}>
          <h2>{t('settings.device')}</h2>
          <LanguageChoice texts={texts} />
          <LookChoice texts={texts} />
          <ColoursChoice />
        </section>
        <section className="panel" aria-label={t('settings.account')}>
          <h2>{t('settings.account')}</h2>
          <p>
            <bdi>{user.name}</bdi> · <bdi>{names.roleLabel(user.role, texts)}</bdi>
          </p>
          <button className="button" aria-disabled={isBusy} onClick={() => void run(() => client.signOut())}>
            {t('settings.sign_out')}
          </button>
          <button
            className="button"
            aria-disabled={isBusy}
            onClick={() => void run(() => client.sessions.endOthers(), t('settings.others_ended'))}
          >
            {t('settings.sign_out_others')}
          </button>
          <Outcome done={done} fault={fault} />
        </section>
        <PasswordPanel />
      </div>
    </>
  );
}

function Outcome({ done, fault }: { done: string; fault: string | undefined }) {
  return (
    <>
      <Fault text={fault} />
      <p role="status" className="outcome">
        {done}
      </p>
    </>
  );
}

function SoundPanel() {
  const { t } = useTexts();
  const { alarm } = useApp();
  return (
    <section className="panel" aria-label={t('sound.title')}>
      <h2>{t('sound.title')}</h2>
      <p className="hint">{t('sound.lead')}</p>
      <div className="button-row">
        {RANKS.map((rank) => (
          <button
            key={rank}
            className="button"
            onClick={() => {
              void alarm.unlock().then(() => {
                alarm.test(rank);
              });
            }}
          >
            {t('sound.test', { rank: t(`rank.${rank}`) })}
          </button>
        ))}
      </div>
      <div className="button-row">
        {PAUSES_MIN.map((n) => (
          <button
            key={n}
            className="button button-plain"
            onClick={() => {
              alarm.pause(n * 60_000);
            }}
          >
            {t('sound.silence', { time: t('minutes', { n }) })}
          </button>
        ))}
      </div>
    </section>
  );
}

function ColoursChoice() {
  const { t } = useTexts();
  const [colours, setColours] = useState(preferredColours());
  return (
    <label className="choice">
      <span>{t('settings.colours')}</span>
      <select
        className="input"
        value={colours}
        onChange={({ target }) => {
          const next = target.value as Colours;
          setColours(next);
          remember('colours', next);
          showColours(next);
        }}
      >
        {COLOURS.map((one) => (
          <option key={one} value={one}>
            {t(`settings.colours.${one}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

function PasswordPanel() {
  const { t } = useTexts();
  const client = useWardline();
  const { isPending, isBusy, fault, attempt } = useAttempt();
  const [done, setDone] = useState('');
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const passwords = { current_password: fields.get('current') as string, new_password: fields.get('next') as string };
    setDone('');
    if (!(await attempt(() => client.sessions.changePassword(passwords)))) return;
    form.reset();
    setDone(t('settings.changed'));
  };
  return (
    <section className="panel" aria-label={t('settings.password')}>
      <h2>{t('settings.password')}</h2>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span className="label">{t('settings.current')}</span>
          <input className="input" name="current" type="password" autoComplete="current-password" dir="ltr" required />
        </label>
        <label className="field">
          <span className="label">{t('settings.next')}</span>
          <input className="input" name="next" type="password" autoComplete="new-password" dir="ltr" minLength={10} required />
        </label>
        <Outcome done={done} fault={fault} />
        <button className="button" aria-disabled={isBusy}>
          {isPending ? t('act.sending') : t('settings.change')}
        </button>
      </form>
    </section>
  );
}
