import { useEffect, useState, useSyncExternalStore } from 'react';
import { formatAge } from '../../shared/texts/age.js';
import { errorText } from '../../shared/texts/error-text.js';
import { useSecond } from '../../shared/use-now.js';
import { useApp } from '../context.js';
import { useTexts } from '../texts.js';

/** Says minutes before it comes that the session ends. */
export function SessionExpiring() {
  const texts = useTexts();
  const { say, sessionEnd } = useApp();
  const endsAt = useSyncExternalStore(sessionEnd.subscribe, sessionEnd.get);
  const [fault, setFault] = useState<string>();
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
        onClick={() => {
          setFault(undefined);
          sessionEnd.renew().catch((error: unknown) => {
            setFault(errorText(texts, error));
          });
        }}
      >
        {texts.t('expiring.stay')}
      </button>
      {fault !== undefined && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
    </section>
  );
}

function Countdown({ endsAt }: { endsAt: number }) {
  const { t } = useTexts();
  useSecond();
  return t('expiring.text', { age: formatAge(endsAt - Date.now()) });
}
