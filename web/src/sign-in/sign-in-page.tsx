import { type Session, type Wardline, WardlineError } from '@wardline/client';
import { useEffect, useState } from 'react';
import { LanguageChoice, LookChoice } from '../shared/ui/choices.js';
import { Logo } from '../shared/ui/logo.js';
import { untilDone } from '../shared/until-done.js';
import { ChangePassword } from './change-password.js';
import { enter } from './enter-app.js';
import { placeAfter } from './place-after.js';
import { SignInForm } from './sign-in-form.js';
import { useTexts } from './texts.js';

const LOOK_AGAIN_MS = 3000;

export function SignInPage({ client }: { client: Wardline }) {
  const texts = useTexts();
  const [session, setSession] = useState<Session>();
  const [isReached, setReached] = useState(true);

  const proceed = (next: Session) => {
    setSession(next);
    if (!next.password_change_required) void enter(placeAfter(location.search, next), next);
  };
  // A browser that is signed in already needs no form; without a session the form is there, and stays. A server that does not
  // answer is said before anybody types: this page may come from the browser's own store.
  useEffect(() => {
    const look = untilDone(async () => {
      try {
        proceed(await client.session());
      } catch (error) {
        const isAnswer = error instanceof WardlineError && error.status !== undefined;
        setReached(isAnswer);
        if (!isAnswer) throw error;
      }
    }, LOOK_AGAIN_MS);
    return () => {
      look.stop();
    };
  }, [client]);
  useEffect(() => {
    document.title = `${texts.t('title')} · ${texts.t('product')}`;
  }, [texts]);

  return (
    <div className="sign-in">
      <a className="button skip" href="#content">
        {texts.t('skip')}
      </a>
      <header className="brand">
        <Logo size={48} />
        <div>
          <p className="brand-name">{texts.t('product')}</p>
          <p className="hint">{texts.t('lead')}</p>
        </div>
      </header>
      <main id="content" className="sheet">
        {session?.password_change_required === true ? (
          <ChangePassword client={client} session={session} onChanged={() => void enter(placeAfter(location.search, session), undefined)} />
        ) : (
          <SignInForm client={client} onSignedIn={proceed} isReached={isReached} />
        )}
      </main>
      <footer className="foot">
        <div className="choices">
          <LanguageChoice texts={texts} />
          <LookChoice texts={texts} />
        </div>
        <p className="hint">{texts.t('secondary')}</p>
      </footer>
    </div>
  );
}
