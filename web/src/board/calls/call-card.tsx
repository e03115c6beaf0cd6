import type { CallView } from '@wardline/client';
import { memo } from 'react';
import { labelIn } from '../../shared/texts/i18n.js';
import { useSecond } from '../../shared/use-now.js';
import { formatAge } from '../../shared/texts/age.js';
import { PresentSign, RankSign, WalkingSign } from '../signs.js';
import { useTexts } from '../texts.js';
import type { Directory } from '../use-departments.js';

interface Props {
  readonly call: CallView;
  readonly directory: Directory | undefined;
  /** Shown where the board shows several departments. */
  readonly showsDepartment: boolean;
  readonly now: () => number;
}

const LEVELS = [1, 2, 3];
/** Longer texts are smaller, rather than cut: from these lengths on `long`, `very`, `most`. */
const ROOM_LENGTHS = [8, 22, 40] as const;
const PERSON_LENGTHS = [16, 28, 40] as const;
const KIND_LENGTHS = [20, 32, 44] as const;

function lengthOf(text: string, [long, very, most]: readonly [number, number, number]): 'long' | 'very' | 'most' | undefined {
  const { length } = text;
  return length > most ? 'most' : length > very ? 'very' : length > long ? 'long' : undefined;
}

function rankOf({ type, priority }: CallView, directory: Directory | undefined): number {
  return directory?.call_types.find(({ id }) => id === type)?.rank ?? Math.min(2, Math.floor(priority / 10));
}

function Age({ since, now }: { since: string; now: () => number }) {
  useSecond();
  return <time className="card-age">{formatAge(now() - Date.parse(since))}</time>;
}

function placeOf({ room_id, bed_id, station_id }: CallView, directory: Directory | undefined): { room: string; place: string } {
  const room = directory?.rooms.find(({ id }) => id === room_id)?.name ?? room_id;
  const bed = directory?.beds.find(({ id }) => id === bed_id)?.name;
  const station = directory?.stations.find(({ id }) => id === station_id);
  return { room, place: bed ?? (station?.kind === 'bedside' ? '' : (station?.name ?? '')) };
}

function CallCard({ call, directory, showsDepartment, now }: Props) {
  const { t, language } = useTexts();
  const rank = rankOf(call, directory);
  const { room, place } = placeOf(call, directory);
  const type = labelIn(directory?.call_types.find(({ id }) => id === call.type)?.labels, language, call.type);
  const who = directory?.staff.find(({ id }) => id === call.accepted_by)?.name;
  const state = call.state === 'pending' || call.state === 'accepted' || call.state === 'in_progress' ? call.state : 'pending';
  const department = showsDepartment ? (directory?.name ?? call.dept) : '';
  const where = [room, place, department].filter((part) => part !== '');
  // One line: on a board of several departments the department says more than the bed.
  const detail = showsDepartment ? department : place;
  return (
    <article
      className="card"
      data-call-id={call.id}
      data-call-state={call.state}
      data-call-level={call.level}
      data-call-type={call.type}
      data-rank={rank}
      aria-label={[
        ...where,
        type,
        t(`state.${state}`),
        ...(who === undefined ? [] : [who]),
        ...(call.level > 0 ? [t('level', { level: call.level })] : []),
      ].join(', ')}
    >
      <div className="card-sign">
        <RankSign rank={rank} />
      </div>
      <div className="card-body">
        <p className="card-top">
          <span className="card-room" data-long={lengthOf(room, ROOM_LENGTHS)}>
            <bdi>{room}</bdi>
          </span>
          <Age since={call.placed_at} now={now} />
        </p>
        <p className="card-type" data-long={lengthOf(type + detail, KIND_LENGTHS)}>
          <bdi>{type}</bdi>
          {detail !== '' && (
            <span className="card-place">
              {' · '}
              <bdi>{detail}</bdi>
            </span>
          )}
        </p>
        <p className="card-state">
          {state === 'accepted' && <WalkingSign />}
          {state === 'in_progress' && <PresentSign />}
          <span className="card-who" data-long={lengthOf(who ?? '', PERSON_LENGTHS)}>
            {who === undefined ? t(state === 'pending' ? 'count.pending' : `state.${state}`) : <bdi>{who}</bdi>}
          </span>
          {call.repeats > 0 && (
            <span className="card-repeats" title={t('repeats', { n: call.repeats })}>
              <bdi>×{call.repeats + 1}</bdi>
            </span>
          )}
          {call.level > 0 && (
            <span className="card-level">
              <span className="card-bars" aria-hidden="true">
                {LEVELS.map((level) => (
                  <i key={level} data-on={level <= call.level} />
                ))}
              </span>
              {t('level', { level: call.level })}
            </span>
          )}
        </p>
      </div>
    </article>
  );
}

export default memo(CallCard);
