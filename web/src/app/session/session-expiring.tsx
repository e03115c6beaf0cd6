import { useEffect, useState, useSyncExternalStore } from 'react';
import { formatAge } from '../../shared/texts/age.js';
import { useSecond } from '../../shared/use-now.js';
import { useApp } from '../context.js';
import { Fault } from '../loading/fault.js';
import { useAttempt } from '../loading/use-attempt.js';
import { useTexts } from '../texts.js';

/** Says minutes before it comes that the session ends. */
export function SessionExpiring() {
  const texts = useTexts();
  const { say, sessionEnd } = useApp();
  const endsAt = useSyncExternalStore(sessionEnd.subscribe, sessionEnd.get);
  const { isPending, isBusy, fault, attempt } = useAttempt();
  const [isFinal, setFinal] = useState(false);
  // Said once: a screen reader does not count along.
  useEffect(() => {
    if (endsAt !== undefined) say(texts.t('expiring.text', { age: formatAge(endsAt - Date.now()) }));
  }, [endsAt, say, texts]);
  if (endsAt === undefined) return null;
  return (
    <section className="banner" aria-label={texts.t('expiring.label')}>
      <p>
        <Countdown endsAt={endsAt} />
      </p>
      <button
        className="button"
        aria-disabled={isBusy}
        onClick={() =>
          void attempt(async () => {
            setFinal(!(await sessionEnd.renew()));
          })
        }
      >
        {isPending ? texts.t('act.sending') : texts.t('expiring.stay')}
      </button>
      <Fault text={isFinal ? texts.t('expiring.final') : fault} />
    </section>
  );
}

function Countdown({ endsAt }: { endsAt: number }) {
  const { t } = useTexts();
  useSecond();
  return t('expiring.text', { age: formatAge(endsAt - Date.now()) });
}
