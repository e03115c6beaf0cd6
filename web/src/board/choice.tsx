import { useTexts } from './texts.js';

/** Says that the address names a department that the board may not show, and which it may. */
export function Choice({ wanted, departments }: { wanted: readonly string[]; departments: readonly string[] }) {
  const { t } = useTexts();
  return (
    <main className="pair">
      <h1>{t('choose.title')}</h1>
      <p>{t('choose.explain', { wanted })}</p>
      <ul className="choice">
        {departments.map((id) => (
          <li key={id}>
            <a className="button" href={`/board/${encodeURIComponent(id)}`}>
              <bdi>{id}</bdi>
            </a>
          </li>
        ))}
        {departments.length > 1 && (
          <li>
            <a className="button" href="/board">
              {t('choose.all')}
            </a>
          </li>
        )}
      </ul>
    </main>
  );
}
