import type { CallView } from '@wardline/client';
import { useWardline } from '@wardline/client/react';
import { memo, useId } from 'react';
import { formatAge } from '../../../shared/texts/age.js';
import { CallMark, LevelBars } from '../../../shared/ui/call-marks.js';
import { ErrorBoundary } from '../../../shared/ui/error-boundary.js';
import { useSecond } from '../../../shared/use-now.js';
import { BrokenCard } from './broken-card.js';
import { CallActions } from './call-actions.js';
import { useCallNote } from './call-notes.js';
import { isAsked, type Me, rings } from '../call-rules.js';
import { useDeptLabel, useDeptNames } from '../../context.js';
import type { Names } from '../../directory.js';
import { Link } from '../../router.js';
import { useTexts } from '../../texts.js';

interface Props {
  call: CallView;
  me: Me;
  isCompact?: boolean;
  /** On its own page a card has no link to it. */
  isOwnPage?: boolean;
}

/** Since the patient waits, or since somebody is there. */
export function CallAge({ call }: { call: CallView }) {
  const client = useWardline();
  useSecond();
  const end = call.completed_at ?? call.cancelled_at;
  return <>{formatAge((end === null ? client.serverNow() : Date.parse(end)) - Date.parse(call.placed_at))}</>;
}

/** Longer names of rooms are smaller, rather than broken within a word. */
const LONG_NAME = 16;
/** More names than these are on the page of the call. */
const MOST_NAMES = 4;

function askedText({ t }: ReturnType<typeof useTexts>, asked: readonly string[]): string {
  if (asked.length === 0) return t('card.asked_nobody');
  const names = asked.slice(0, asked.length > MOST_NAMES ? MOST_NAMES - 1 : MOST_NAMES);
  const more = asked.length - names.length;
  return t('card.asked', { names: more === 0 ? names : [...names, t('card.more', { n: more })] });
}

export function useStateText(call: CallView, me: Me, names: Names): string {
  const { t } = useTexts();
  const nameOf = (id: string | null) => (id === null ? undefined : names.person(id.replace(/^staff:/, ''))) ?? t('role.nurse');
  if (call.state === 'accepted')
    return call.accepted_by === me.id ? t('state.accepted_you') : t('state.accepted', { name: nameOf(call.accepted_by) });
  if (call.state === 'in_progress') {
    if (call.present_by?.startsWith('station:') === true) return t('state.in_progress_station');
    const by = call.present_by ?? call.accepted_by;
    return by?.replace(/^staff:/, '') === me.id ? t('state.in_progress_you') : t('state.in_progress', { name: nameOf(by) });
  }
  return t(`state.${call.state}`);
}

/** A call at a glance, with what one can do. A card that breaks still says where, how urgent, and takes the call. */
export const CallCard = memo(function CallCard(props: Props) {
  return (
    <ErrorBoundary resetKey={props.call} fallback={<BrokenCard call={props.call} />}>
      <WholeCard {...props} />
    </ErrorBoundary>
  );
});

function WholeCard({ call, me, isCompact = false, isOwnPage = false }: Props) {
  const texts = useTexts();
  const { t, language } = texts;
  const names = useDeptNames(call.dept);
  const id = useId();
  const note = useCallNote(call.id);
  const rank = names.rank(call);
  const stateText = useStateText(call, me, names);
  const department = useDeptLabel(call.dept);
  const place = <Place room={names.room(call.room_id)} bed={names.bed(call.bed_id)} />;
  const belongsTo = department !== undefined && (
    <span className="card-dept">
      <bdi>{department}</bdi>
    </span>
  );
  const isRinging = rings(me, call, rank);
  const asked = call.recipients
    // On its own page a call says whom it asked, also when others have taken it.
    .filter(({ withdrawn_at }) => withdrawn_at === null || (isOwnPage && call.state !== 'pending'))
    .map((one) => names.person(one.staff_id) ?? names.roleLabel(one.role, texts));
  return (
    <article
      className={`card ${isCompact ? 'card-compact' : ''}`}
      aria-label={[names.title(call, language), stateText, ...(department === undefined ? [] : [department])].join(', ')}
      data-call-id={call.id}
      data-call-state={call.state}
      data-call-level={call.level}
      data-call-type={call.type}
      data-rank={rank}
      data-rings={isRinging}
      data-mine={isRinging || isAsked(me, call) || call.accepted_by === me.id}
    >
      <div className="card-mark">
        <CallMark rank={rank} type={call.type} size={isCompact ? 36 : 56} />
        <span className="card-rank">{t(`rank.${rank}`)}</span>
      </div>
      <div className="card-body" id={id}>
        <div className="card-head">
          <h3 className="card-room" data-long={names.room(call.room_id).length > LONG_NAME}>
            {isOwnPage ? (
              <>
                {place}
                {belongsTo}
              </>
            ) : (
              <Link className="card-link" href={`/app/calls/${call.id}`}>
                {place}
                <span className="arrow" aria-hidden="true">
                  ›
                </span>
                {belongsTo}
              </Link>
            )}
          </h3>
          <p className="card-age" role="timer" aria-live="off">
            <span className="visually-hidden">{t('card.age', { age: '' })}</span>
            <CallAge call={call} />
          </p>
        </div>
        <p className="card-type">
          <bdi>{names.typeLabel(call.type, language)}</bdi>
          {call.level > 0 && (
            <span className="card-level">
              <LevelBars level={call.level} /> {t('card.level', { level: call.level })}
            </span>
          )}
        </p>
        <p className="card-state">
          <strong>{isRinging && call.state === 'pending' ? t('card.asks_you') : stateText}</strong>
          {call.repeats > 0 && <span> · {t('card.repeats', { n: call.repeats })}</span>}
          {call.round > 1 && <span> · {t('card.round', { n: call.round })}</span>}
          {call.superseded_by !== null && <span> · {t('card.superseded')}</span>}
        </p>
        {(call.state === 'pending' || (isOwnPage && asked.length > 0)) && <p className="card-asked">{askedText(texts, asked)}</p>}
        {note && <p className={note.isFault ? 'card-note fault' : 'card-note'}>{note.text}</p>}
      </div>
      <div className="card-actions">
        <CallActions call={call} me={me} describedBy={id} />
      </div>
    </article>
  );
}

function Place({ room, bed }: { room: string; bed: string | undefined }) {
  return (
    <>
      <bdi>{room}</bdi> {bed !== undefined && <bdi className="card-bed">{bed}</bdi>}
    </>
  );
}
