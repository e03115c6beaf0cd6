import { WardlineError } from '@wardline/client';
import { type SubmitEvent, useState } from 'react';
import { useTexts } from '../texts.js';

/** A code comes from a person who reads it aloud or types it: case, spaces and hyphens do not count. */
export function Pairing({ onCode }: { onCode: (code: string) => Promise<void> }) {
  const { t, has } = usePairingTexts();
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy || code.trim() === '') return;
    setBusy(true);
    onCode(code)
      .catch((error: unknown) => {
        const reason = error instanceof WardlineError ? error.code : 'other';
        const key = `error.${reason}`;
        setProblem(reason === 'INVALID_CREDENTIALS' ? t('pair.wrong') : has(key) ? t(key) : t('error.other', { code: reason }));
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return (
    <main className="pair">
      <h1>{t('pair.title')}</h1>
      <p>{t('pair.explain')}</p>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor="code">{t('pair.code')}</label>
          <input
            id="code"
            className="input pair-code"
            dir="ltr"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={40}
            aria-describedby="code-hint"
            value={code}
            onChange={(event) => {
              setCode(event.target.value.toUpperCase());
            }}
          />
          <p id="code-hint" className="hint">
            {t('pair.example')}
          </p>
        </div>
        <p role="alert" className={problem === undefined ? undefined : 'fault'}>
          {problem}
        </p>
        <button className="button button-main" aria-disabled={isBusy}>
          {t('pair.submit')}
        </button>
      </form>
      <p className="hint">{t('secondary')}</p>
    </main>
  );
}

function usePairingTexts() {
  const texts = useTexts();
  return { t: texts.t, has: texts.has.bind(texts) };
}
