import type { Member, Wardline } from '@wardline/client';
import type { SubmitEvent } from 'react';
import { ReasonField } from '../calls/card/call-dialogs.js';
import { Fault } from '../loading/fault.js';
import { useAttempt } from '../loading/use-attempt.js';
import { useReloaded } from '../loading/use-staff.js';
import { useTexts } from '../texts.js';

const MINUTES = [15, 30, 60, 120, 480];
const LONGER_MS = 1_800_000;

interface Props {
  dept: string;
  members: readonly Member[];
  /** After a command that changed something. */
  onDone: () => void;
  client: Wardline;
}

/** People out of the queue for a time, with a reason. */
export function Exclusions({ dept, members, onDone, client }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const { isBusy, fault, attempt } = useAttempt();
  const { items, fault: loadFault, reload } = useReloaded(dept, async () => (await client.staffing.exclusions(dept)).items);
  const nameOf = (id: string) => members.find(({ staff_id }) => staff_id === id)?.name ?? t('role.nurse');
  const run = async (command: () => Promise<unknown>) => {
    const isDone = await attempt(command);
    if (isDone) onDone();
    reload();
    return isDone;
  };
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const until = new Date(client.serverNow() + Number(fields.get('minutes')) * 60_000).toISOString();
    const exclusion = { staff_id: fields.get('staff') as string, until, reason: (fields.get('reason') as string).trim() };
    if (await run(() => client.staffing.exclude(dept, exclusion))) form.reset();
  };
  return (
    <section className="panel" aria-label={t('staffing.exclusions')}>
      <h2>{t('staffing.exclusions')}</h2>
      <Fault text={loadFault} onRetry={reload} />
      {items?.length === 0 && <p className="hint">{t('staffing.exclusions_none')}</p>}
      <ul className="rows" aria-busy={isBusy}>
        {items?.map((one) => (
          <li key={one.id}>
            <div className="row-text">
              <bdi>{nameOf(one.staff_id)}</bdi>
              <p className="hint">
                {t('team.excluded', { time: texts.time(one.until) })} · <bdi>{one.reason}</bdi>
              </p>
            </div>
            <button
              className="button"
              aria-label={t('staffing.longer_for', { name: nameOf(one.staff_id) })}
              aria-disabled={isBusy}
              onClick={() =>
                void run(() =>
                  client.staffing.exclude(dept, {
                    staff_id: one.staff_id,
                    until: new Date(Date.parse(one.until) + LONGER_MS).toISOString(),
                    reason: one.reason,
                  }),
                )
              }
            >
              {t('staffing.longer')}
            </button>
            <button
              className="button"
              aria-label={t('staffing.restore_of', { name: nameOf(one.staff_id) })}
              aria-disabled={isBusy}
              onClick={() => void run(() => client.staffing.restore(dept, one.id))}
            >
              {t('staffing.restore')}
            </button>
          </li>
        ))}
      </ul>
      <form className="form-row" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span className="label">{t('ledger.person')}</span>
          <select className="input" name="staff" required>
            {members.map(({ staff_id, name }) => (
              <option key={staff_id} value={staff_id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span className="label">{t('staffing.for')}</span>
          <select className="input" name="minutes" defaultValue="30">
            {MINUTES.map((n) => (
              <option key={n} value={n}>
                {t('minutes', { n })}
              </option>
            ))}
          </select>
        </label>
        <ReasonField />
        <button className="button" aria-disabled={isBusy}>
          {t('staffing.exclude')}
        </button>
      </form>
      <Fault text={fault} />
    </section>
  );
}
