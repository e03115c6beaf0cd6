import type { CallView, DepartmentState } from '@wardline/client';
import { useSyncExternalStore } from 'react';
import { CallCard } from './card/call-card.js';
import { useKeptFocus } from './kept-focus.js';
import { isMine, type Me } from './call-rules.js';
import { byUrgency, meIn, useApp, usePictures } from '../context.js';
import { PageHeading } from '../page-heading.js';
import { useSteadyOrder } from './steady-order.js';
import { useTexts } from '../texts.js';

interface Shown {
  call: CallView;
  me: Me;
}

/** My calls on top, from all my departments; below them all others of the department. */
export function CallsPage({ dept, followed }: { dept: string; followed: readonly string[] }) {
  const { t } = useTexts();
  const { user, directories } = useApp();
  useSyncExternalStore(directories.subscribe, () => directories);
  const pictures = usePictures(followed);
  const all: Shown[] = [...pictures.values()].flatMap((picture) => {
    const me = meIn(user, picture);
    return picture.calls.map((call) => ({ call, me }));
  });
  const sorted = all.sort((a, b) => byUrgency(a.call, b.call));
  const isForMe = ({ call, me }: Shown) => isMine(me, call, directories.names(call.dept).rank(call));
  const mine = sorted.filter(isForMe);
  const others = sorted.filter((one) => one.call.dept === dept && !isForMe(one));
  const here = sorted.filter(({ call }) => call.dept === dept).length;

  const handlers = useKeptFocus();

  return (
    <div className="stack" {...handlers}>
      <div className="page-head">
        <PageHeading count={mine.length}>{t('calls.title')}</PageHeading>
        <p className="hint">{t('calls.count', { n: here })}</p>
      </div>
      {all.length === 0 ? (
        <Calm picture={pictures.get(dept)} />
      ) : (
        <div className="calls" data-alone={others.length === 0}>
          <CallList className="mine" title={t('calls.mine')} calls={mine} none={t('calls.mine_none')} isCompact={false} />
          <CallList className="others" title={t('calls.ward')} calls={others} none={t('calls.others_none')} isCompact />
        </div>
      )}
    </div>
  );
}

interface ListProps {
  className: string;
  title: string;
  calls: readonly Shown[];
  none: string;
  isCompact: boolean;
}

function CallList({ className, title, calls, none, isCompact }: ListProps) {
  const byId = new Map(calls.map((one) => [one.call.id, one]));
  const { order, handlers } = useSteadyOrder([...byId.keys()]);
  return (
    <section className={className} aria-label={title}>
      <h2 tabIndex={-1}>{title}</h2>
      {order.length === 0 ? (
        <p className="hint none">{none}</p>
      ) : (
        <ul className="cards" {...handlers}>
          {order.map((id) => {
            const one = byId.get(id);
            return (
              <li key={id} className={one ? undefined : 'card-gone'}>
                {one && <CallCard call={one.call} me={one.me} isCompact={isCompact} />}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

/** Calm when calm; not when nobody would come. */
function Calm({ picture }: { picture: DepartmentState | undefined }) {
  const { t } = useTexts();
  const n = picture?.staff.length ?? 0;
  return (
    <div className="calm" data-attended={n > 0}>
      <svg viewBox="0 0 48 48" width="72" height="72" aria-hidden="true">
        <circle cx="24" cy="24" r="21" />
        <path d={n > 0 ? 'M15 25l6 6 12-14' : 'M24 13v14M24 33v1'} />
      </svg>
      <p className="calm-title">{t('calls.none')}</p>
      <p className={n > 0 ? 'hint' : undefined}>{n > 0 ? t('calls.none_more', { n }) : t('team.none')}</p>
    </div>
  );
}
