import type { CallView } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { useEffect, useState } from 'react';
import { formatAge } from '../../shared/texts/age.js';
import { errorText } from '../../shared/texts/error-text.js';
import { IsolatedList } from '../../shared/ui/isolated-list.js';
import { useDeptNames } from '../context.js';
import { PageHeading } from '../page-heading.js';
import { Link } from '../router.js';
import { useTexts } from '../texts.js';
import './staffing.css';

const PAGE = 50;
const STATES = ['completed', 'cancelled'] as const;
const WHEN = { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' } as const;

/** Calls that are over, the latest first, page by page. */
export default function HistoryPage({ dept }: { dept: string }) {
  const texts = useTexts();
  const { t, language } = texts;
  const client = useWardline();
  const names = useDeptNames(dept);
  const [state, setState] = useState<(typeof STATES)[number]>('completed');
  const [calls, setCalls] = useState<readonly CallView[]>();
  const [cursor, setCursor] = useState<string>();
  const [next, setNext] = useState<string | null>(null);
  const [fault, setFault] = useState<string>();

  useEffect(() => {
    let isOver = false;
    client.calls.list({ dept, state, order: 'newest', limit: PAGE, cursor }).then(
      ({ items, next_cursor }) => {
        if (isOver) return;
        setFault(undefined);
        setCalls((before) => (cursor === undefined ? items : [...(before ?? []), ...items]));
        setNext(next_cursor);
      },
      (error: unknown) => {
        if (!isOver) setFault(errorText(texts, error));
      },
    );
    return () => {
      isOver = true;
    };
  }, [client, dept, state, cursor, texts]);

  return (
    <>
      <div className="page-head">
        <PageHeading>{t('nav.history')}</PageHeading>
        <label className="choice">
          <span>{t('history.state')}</span>
          <select
            className="input"
            value={state}
            onChange={({ target }) => {
              setCalls(undefined);
              setCursor(undefined);
              setState(target.value as (typeof STATES)[number]);
            }}
          >
            {STATES.map((one) => (
              <option key={one} value={one}>
                {t(`state.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {fault !== undefined && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
      <section className="panel" aria-label={t('nav.history')}>
        {!calls && fault === undefined && <p className="loading">{t('loading')}</p>}
        {calls?.length === 0 && <p className="hint">{t('history.none')}</p>}
        <ul className="rows">
          {calls?.map((call) => (
            <li key={call.id}>
              <time className="row-time" dateTime={call.placed_at}>
                {texts.time(call.placed_at, WHEN)}
              </time>
              <div className="row-text">
                <Link className="row-link" href={`/app/calls/${call.id}`}>
                  <IsolatedList separator={t('list.separator')} items={names.parts(call, language)} />
                </Link>
                <p className="hint">
                  <IsolatedList
                    separator=" · "
                    items={[
                      ...(call.accepted_at === null ? [] : [t('history.accepted_after', { age: since(call, call.accepted_at) })]),
                      ...(call.level === 0 ? [] : [t('card.level', { level: call.level })]),
                      ...(call.accepted_by === null ? [] : [names.person(call.accepted_by) ?? t('role.admin')]),
                    ]}
                  />
                </p>
              </div>
            </li>
          ))}
        </ul>
        {next !== null && (
          <button
            className="button"
            onClick={() => {
              setCursor(next);
            }}
          >
            {t('history.more')}
          </button>
        )}
      </section>
    </>
  );
}

function since({ placed_at }: CallView, at: string): string {
  return formatAge(Date.parse(at) - Date.parse(placed_at));
}
