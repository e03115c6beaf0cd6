import type { Wardline } from '@wardline/client';
import { useEffect, useState } from 'react';
import { untilDone } from '../../shared/until-done.js';
import { useTexts } from '../texts.js';

/** Says that the address names a department that the board may not show, and which it may. */
export function Choice({ client, wanted, departments }: { client: Wardline; wanted: readonly string[]; departments: readonly string[] }) {
  const { t } = useTexts();
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    const read = untilDone(async () => {
      const { items } = await client.directory.departments();
      setNames(new Map(items.map(({ id, name }) => [id, name])));
    });
    return () => {
      read.stop();
    };
  }, [client]);
  return (
    <main className="pair">
      <h1>{t('choose.title')}</h1>
      <p>{t('choose.explain', { wanted })}</p>
      <ul className="choice">
        {departments.map((id) => (
          <li key={id}>
            <a className="button" href={`/board/${encodeURIComponent(id)}`}>
              <bdi>{names.get(id) ?? id}</bdi>
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
