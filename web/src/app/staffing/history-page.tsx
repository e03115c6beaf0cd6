import type { CallView } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { useEffect, useState } from 'react';
import { formatAge } from '../../shared/texts/age.js';
import { errorText } from '../../shared/texts/error-text.js';
import { IsolatedList } from '../../shared/ui/isolated-list.js';
import { useDeptNames } from '../context.js';
import { Fault } from '../loading/fault.js';
import { PageHeading } from '../page-heading.js';
import { Link } from '../router.js';
import { useTexts } from '../texts.js';
import './staffing.css';

const PAGE = 50;
const STATES = ['completed', 'cancelled'] as const;
type State = (typeof STATES)[number];
const WHEN = { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' } as const;

/** A page that is wanted; another object is another try. */
interface Ask {
  readonly state: State;
  readonly cursor: string | undefined;
}

/** Calls that are over, the latest first, page by page. */
export default function HistoryPage({ dept }: { dept: string }) {
  const texts = useTexts();
  const { t, language } = texts;
  const client = useWardline();
  const names = useDeptNames(dept);
  const [ask, setAsk] = useState<Ask>({ state: 'completed', cursor: undefined });
  const [calls, setCalls] = useState<readonly CallView[]>();
  const [next, setNext] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(true);
  const [fault, setFault] = useState<string>();
  const { state } = ask;

  useEffect(() => {
    let isOver = false;
    setLoading(true);
    setFault(undefined);
    const { cursor } = ask;
    client.calls
      .list({ dept, state: ask.state, order: 'newest', limit: PAGE, cursor })
      .then(
        ({ items, next_cursor }) => {
          if (isOver) return;
          setCalls((before) => (cursor === undefined ? items : [...(before ?? []), ...items]));
          setNext(next_cursor);
        },
        (error: unknown) => {
          if (!isOver) setFault(errorText(texts, error));
        },
      )
      .finally(() => {
        if (!isOver) setLoading(false);
      });
    return () => {
      isOver = true;
    };
  }, [client, dept, ask, texts]);
  const retry = () => {
    setAsk({ ...ask });
  };

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
              setNext(null);
              setAsk({ state: target.value as State, cursor: undefined });
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
      <section className="panel" aria-label={t('nav.history')} aria-busy={isLoading}>
        {!calls && fault === undefined && <p className="loading">{t('loading')}</p>}
        {calls?.length === 0 && <p className="hint">{t('history.none')}</p>}
        <ul className="rows">
          {calls?.map((call) => (
            <li key={call.id}>
              <time className="row-time" dateTime={call.placed_at}>
                {texts.moment(call.placed_at, WHEN)}
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
        <Fault text={fault} onRetry={retry} />
        {next !== null && fault === undefined && (
          <button
            className="button"
            aria-disabled={isLoading}
            onClick={() => {
              if (!isLoading) setAsk({ state, cursor: next });
            }}
          >
            {t(isLoading ? 'loading' : 'history.more')}
          </button>
        )}
      </section>
    </>
  );
}

function since({ placed_at }: CallView, at: string): string {
  return formatAge(Date.parse(at) - Date.parse(placed_at));
}
