import { type Session, type Wardline, WardlineError } from '@wardline/client';
import { useRef } from 'react';
import { errorText } from '../shared/texts/error-text.js';
import { useSubmit } from '../shared/use-submit.js';
import { useTexts } from './texts.js';

const ENDINGS = ['revoked', 'signed_out', 'expired'] as const;

interface Props {
  client: Wardline;
  onSignedIn: (session: Session) => void;
  /** False while the server does not answer. */
  isReached: boolean;
}

export function SignInForm({ client, onSignedIn, isReached }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const password = useRef<HTMLInputElement>(null);
  const ended = ENDINGS.find((one) => one === new URLSearchParams(location.search).get('ended'));

  const {
    isBusy,
    fault: refused,
    onSubmit,
  } = useSubmit(
    async (form) => {
      const username = (form.get('username') as string).trim();
      onSignedIn(await client.signIn({ username, password: form.get('password') as string }));
    },
    (error) => {
      password.current?.focus();
      password.current?.select();
      const wait = error instanceof WardlineError ? error.retryAfter : undefined;
      return wait === undefined ? errorText(texts, error) : t('error.RATE_LIMITED_FOR', { seconds: Math.ceil(wait) });
    },
  );

  const fault = isReached ? refused : t('error.NETWORK');

  return (
    <form className="stack" onSubmit={onSubmit}>
      <h1>{t('title')}</h1>
      {ended && fault === undefined && <p className="note">{t(`ended.${ended}`)}</p>}
      <div className="field">
        <label htmlFor="username">{t('username')}</label>
        <input
          className="input"
          id="username"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          dir="ltr"
          required
          autoFocus
        />
      </div>
      <div className="field">
        <label htmlFor="password">{t('password')}</label>
        <input
          className="input"
          id="password"
          name="password"
          type="password"
          autoComplete="current-password"
          dir="ltr"
          required
          ref={password}
          aria-describedby="fault"
        />
      </div>
      <p id="fault" role="alert" className={fault === undefined ? 'no-fault' : 'fault'}>
        {fault}
      </p>
      <button className="button button-main" aria-disabled={isBusy}>
        {isBusy ? t('submitting') : t('submit')}
      </button>
    </form>
  );
}
