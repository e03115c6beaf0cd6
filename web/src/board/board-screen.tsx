import type { CallView, Wardline } from '@wardline/client';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { ErrorBoundary } from '../shared/ui/error-boundary.js';
import { BoardHeader } from './board-header.js';
import { CallGrid } from './calls/call-grid.js';
import { StaffPanel } from './staff-panel.js';
import { PresentSign, RankSign } from './signs.js';
import { useTexts } from './texts.js';
import { untilDone } from '../shared/until-done.js';
import { type ShownDepartment, useDepartments, useDirectories } from './use-departments.js';
import type { Notice } from '../shared/news/news.js';
import { NoticeText } from '../shared/news/notice-text.js';
import { useNews } from '../shared/news/use-news.js';
import { useWardTime, Zone } from './zone.js';

/** Calls that nobody has come first; within both the order of every list: priority, then oldest. */
function inOrder(calls: readonly CallView[]): readonly CallView[] {
  const inHand = ({ state }: CallView) => Number(state !== 'pending');
  return [...calls].sort(
    (a, b) => inHand(a) - inHand(b) || b.priority - a.priority || a.placed_at.localeCompare(b.placed_at) || a.id.localeCompare(b.id),
  );
}

function useTimeZone(client: Wardline): string | undefined {
  const [zone, setZone] = useState<string>();
  useEffect(() => {
    const read = untilDone(async () => {
      setZone((await client.facility()).time_zone);
    });
    return () => {
      read.stop();
    };
  }, [client]);
  return zone;
}

function Notices({ notices }: { notices: readonly Notice[] }) {
  const texts = useTexts();
  const time = useWardTime();
  if (notices.length === 0) return null;
  return (
    <section className="notices" aria-label={texts.t('notices.title')}>
      <ul>
        {notices.map(({ id, code, time: at }) => (
          <li key={id}>
            <strong>
              <NoticeText code={code} texts={texts} />
            </strong>{' '}
            <time>{time(at)}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A wall: open calls, people on duty, notices, the time. */
export function BoardScreen({ client, ids }: { client: Wardline; ids: readonly string[] }) {
  const { t } = useTexts();
  const departments = useDepartments(client, ids);
  const directories = useDirectories(client, ids);
  const news = useNews(client, ids);
  const zone = useTimeZone(client);
  const calls = useMemo(() => inOrder(departments.flatMap((department) => department.calls)), [departments]);
  const now = useCallback(() => client.serverNow(), [client]);
  const names = ids.map((id) => directories.get(id)?.name ?? id);
  const isKnown = departments.every((one) => one.isKnown);
  const withCalls = departments.filter((one) => one.calls.length > 0);
  const unattended = withCalls.filter(({ id }) => news.unattended.has(id));
  const empty = departments.filter((one) => one.isKnown && one.staff.length === 0);
  const emptyWithCalls = withCalls.filter((one) => empty.includes(one));
  const isAttended = empty.length === 0;
  const namesOf = (some: readonly ShownDepartment[]) => some.map(({ id }) => directories.get(id)?.name ?? id);
  const nobodyOnDuty = (some: readonly ShownDepartment[]) =>
    some.length === ids.length ? t('staff.none') : t('staff.none_in', { names: namesOf(some) });
  useEffect(() => {
    document.title = `${names.join(' · ')} – ${t('board.title')}`;
  });
  return (
    <Zone value={zone}>
      <div className="board" data-empty={calls.length === 0}>
        <a className="button skip" href="#content">
          {t('skip')}
        </a>
        <BoardHeader names={names} calls={isKnown ? calls : undefined} now={now} />
        <main className="main" id="content" tabIndex={-1}>
          {unattended.length + emptyWithCalls.length > 0 && (
            <p role="alert" className="unattended">
              {unattended.length === 0
                ? nobodyOnDuty(emptyWithCalls)
                : ids.length === 1
                  ? t('unattended')
                  : t('unattended.in', { names: namesOf(unattended) })}
            </p>
          )}
          {calls.length === 0 && !isKnown && <p className="none">{t('loading')}</p>}
          {calls.length === 0 && isKnown && (
            <p className="none" data-attended={isAttended}>
              {isAttended ? <PresentSign /> : <RankSign rank={0} />}
              {t('calls.none')}
              {!isAttended && <strong>{nobodyOnDuty(empty)}</strong>}
            </p>
          )}
          {calls.length > 0 && <CallGrid calls={calls} directories={directories} showsDepartment={ids.length > 1} now={now} />}
        </main>
        <aside className="side">
          <ErrorBoundary resetKey={departments} fallback={<p className="staff">{t('broken.title')}</p>}>
            <StaffPanel departments={departments} directories={directories} unattended={news.unattended} />
          </ErrorBoundary>
          <Notices notices={news.notices} />
          <p className="secondary">{t('secondary')}</p>
        </aside>
      </div>
    </Zone>
  );
}
