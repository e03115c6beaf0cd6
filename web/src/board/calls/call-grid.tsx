import type { CallView } from '@wardline/client';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { ErrorBoundary } from '../../shared/ui/error-boundary.js';
import CallCard from './call-card.js';
import { layoutFor, pagesOf } from './layout.js';
import { RankSign } from '../signs.js';
import { useTexts } from '../texts.js';
import type { Directory } from '../use-departments.js';

const PAGE_MS = 8000;
/** On a phone the page scrolls instead. */
const SCROLLS_BELOW = 700;

interface Size {
  readonly width: number;
  readonly height: number;
}

function useSize(ref: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: innerWidth, height: innerHeight });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [ref]);
  return size;
}

/** Turns pages, from the first one on. */
function usePage(pages: number): number {
  const [turn, setTurn] = useState(0);
  const isTurning = pages > 1;
  useEffect(() => {
    if (!isTurning) return;
    const timer = setInterval(() => {
      setTurn((before) => (before + 1) % 5040);
    }, PAGE_MS);
    return () => {
      clearInterval(timer);
    };
  }, [isTurning]);
  return isTurning ? turn % pages : 0;
}

interface Props {
  readonly calls: readonly CallView[];
  readonly directories: ReadonlyMap<string, Directory>;
  readonly showsDepartment: boolean;
  readonly now: () => number;
}

/** It reads no more of the call than it needs, and runs no code of the card that broke. */
function BrokenCard({ call, room }: { call: CallView; room: string }) {
  const { t } = useTexts();
  return (
    <article
      className="card"
      aria-label={room}
      data-call-id={call.id}
      data-call-state={call.state}
      data-call-level={call.level}
      data-rank={2}
    >
      <div className="card-sign">
        <RankSign rank={2} />
      </div>
      <div className="card-body">
        <p className="card-room">
          <bdi>{room}</bdi>
        </p>
        <p className="card-type">{t('level', { level: call.level })}</p>
      </div>
    </article>
  );
}

/** A call that must be seen at any time: urgent by its kind or by its level, and nobody is on the way. */
function isUrgent({ state, priority, level }: CallView): boolean {
  return state === 'pending' && (priority >= 20 || level >= 2);
}

/** All open calls: as large as there is room for, in pages where there is not. */
export function CallGrid({ calls, directories, showsDepartment, now }: Props) {
  const { t } = useTexts();
  const wall = useRef<HTMLUListElement>(null);
  const { width, height } = useSize(wall);
  const scrolls = innerWidth < SCROLLS_BELOW;
  const { columns, rows } = layoutFor(calls.length, width, height);
  const pages = useMemo(() => (scrolls ? [calls] : pagesOf(calls, columns * rows, isUrgent)), [calls, columns, rows, scrolls]);
  const page = usePage(pages.length);
  const shown = pages[page] ?? [];
  return (
    <section className="calls" aria-labelledby="calls-title">
      <h2 id="calls-title" className="visually-hidden">
        {t('calls.title')}
      </h2>
      <ul ref={wall} className="wall" data-columns={columns} style={{ ['--columns' as string]: columns, ['--rows' as string]: rows }}>
        {shown.map((call) => {
          const directory = directories.get(call.dept);
          return (
            <li key={call.id}>
              <ErrorBoundary
                resetKey={call}
                fallback={<BrokenCard call={call} room={directory?.rooms.find(({ id }) => id === call.room_id)?.name ?? call.room_id} />}
              >
                <CallCard call={call} directory={directory} showsDepartment={showsDepartment} now={now} />
              </ErrorBoundary>
            </li>
          );
        })}
      </ul>
      {pages.length > 1 && (
        <p className="pages">
          <span className="pages-dots" aria-hidden="true">
            {pages.map((_, at) => (
              <i key={at} data-on={at === page} />
            ))}
          </span>
          {t('calls.page', { page: page + 1, pages: pages.length })}
        </p>
      )}
    </section>
  );
}
