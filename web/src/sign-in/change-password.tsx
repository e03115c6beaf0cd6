import { type Session, type Wardline, WardlineError } from '@wardline/client';
import { errorText } from '../shared/texts/error-text.js';
import { useSubmit } from '../shared/use-submit.js';
import { useTexts } from './texts.js';

interface Props {
  client: Wardline;
  session: Session;
  onChanged: () => void;
}

/** A password that an administrator or the first run set is changed before anything else. */
export function ChangePassword({ client, session, onChanged }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const { isBusy, fault, onSubmit } = useSubmit(
    async (form) => {
      await client.sessions.changePassword({
        current_password: form.get('current') as string,
        new_password: form.get('next') as string,
      });
      onChanged();
    },
    (error) => (error instanceof WardlineError && error.code === 'INVALID_CREDENTIALS' ? t('change.wrong') : errorText(texts, error)),
  );

  return (
    <form className="stack" onSubmit={onSubmit}>
      <h1>{t('change.title')}</h1>
      <p>{t('change.lead')}</p>
      <p className="hint">{t('change.signed_in_as', { name: session.user.name })}</p>
      <input type="hidden" name="username" autoComplete="username" value={session.user.username} readOnly />
      <div className="field">
        <label htmlFor="current">{t('change.current')}</label>
        <input className="input" id="current" name="current" type="password" autoComplete="current-password" dir="ltr" required autoFocus />
      </div>
      <div className="field">
        <label htmlFor="next">{t('change.next')}</label>
        <input
          className="input"
          id="next"
          name="next"
          type="password"
          autoComplete="new-password"
          dir="ltr"
          minLength={10}
          required
          aria-describedby="rules"
        />
        <p id="rules" className="hint">
          {t('change.rules')}
        </p>
      </div>
      <p role="alert" className={fault === undefined ? 'no-fault' : 'fault'}>
        {fault}
      </p>
      <button className="button button-main" aria-disabled={isBusy}>
        {t('change.submit')}
      </button>
    </form>
  );
}
