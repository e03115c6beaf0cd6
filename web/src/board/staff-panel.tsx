import type { CallView, StaffView } from '@wardline/client';
import { PresentSign, WalkingSign } from './signs.js';
import { useTexts } from './texts.js';
import { useWardTime } from './zone.js';
import type { Directory, ShownDepartment } from './use-departments.js';

/** The rest is a number. */
const MOST_ROWS = 14;

interface Props {
  readonly departments: readonly ShownDepartment[];
  readonly directories: ReadonlyMap<string, Directory>;
  /** Departments of which nobody can be reached. */
  readonly unattended: ReadonlySet<string>;
}

interface Row {
  readonly person: StaffView;
  readonly calls: readonly CallView[];
  readonly directory: Directory | undefined;
  readonly isUnattended: boolean;
}

function stateOf({ person, calls, isUnattended }: Row): 'unresponsive' | 'unreachable' | 'break' | 'busy' | 'free' {
  if (person.paused_until !== null) return 'break';
  if (!person.responsive) return 'unresponsive';
  if (calls.length > 0) return 'busy';
  return isUnattended ? 'unreachable' : 'free';
}

const ORDER = ['free', 'busy', 'unresponsive', 'unreachable', 'break'];
/** Longer names are smaller, rather than cut. */
const LONG_NAME = 22;
const VERY_LONG_NAME = 40;

function Person({ row }: { row: Row }) {
  const { t } = useTexts();
  const time = useWardTime();
  const { person, calls, directory } = row;
  const state = stateOf(row);
  const rooms = calls.map((call) => shortRoom(directory?.rooms.find(({ id }) => id === call.room_id)?.name ?? call.room_id));
  const text =
    state === 'busy'
      ? t('staff.busy', { rooms })
      : state === 'break'
        ? t('staff.break', { time: time(Date.parse(person.paused_until ?? '')) })
        : t(`staff.${state}`);
  return (
    <li className="person" data-staff-state={state}>
      <span className="person-name" data-long={person.name.length > VERY_LONG_NAME ? 'very' : person.name.length > LONG_NAME}>
        <bdi>{person.name}</bdi>
      </span>
      <span className="person-state">
        {state === 'busy' && (calls.some((call) => call.state === 'in_progress') ? <PresentSign /> : <WalkingSign />)}
        {text}
      </span>
    </li>
  );
}

/** "Room 101" is 101 where the word stands already; so is the number within a long name, which the card has whole. */
function shortRoom(name: string): string {
  const number = name.length > LONG_NAME ? /\d[\w-]*/ : /\d[\w-]*$/;
  return number.exec(name)?.[0] ?? name;
}

/** People on duty, those who are free first. */
export function StaffPanel({ departments, directories, unattended }: Props) {
  const { t } = useTexts();
  const rows = departments.flatMap(({ id, staff, calls }) =>
    staff.map((person): Row => ({
      person,
      calls: calls.filter(({ accepted_by }) => accepted_by === person.staff_id),
      directory: directories.get(id),
      isUnattended: unattended.has(id),
    })),
  );
  const people = [...new Map(rows.map((row) => [row.person.staff_id, row])).values()].sort(
    (a, b) => ORDER.indexOf(stateOf(a)) - ORDER.indexOf(stateOf(b)) || a.person.name.localeCompare(b.person.name),
  );
  const empty = departments.filter((one) => one.isKnown && one.staff.length === 0).map(({ id }) => directories.get(id)?.name ?? id);
  const isKnown = departments.every((one) => one.isKnown);
  const shown = people.length > MOST_ROWS ? people.slice(0, MOST_ROWS - 1) : people;
  return (
    <section className="staff" aria-labelledby="staff-title">
      <h2 id="staff-title">
        {t('staff.title')} {isKnown && <span className="staff-count">{people.length}</span>}
      </h2>
      {people.length === 0 ? (
        isKnown && <p className="staff-none">{t('staff.none')}</p>
      ) : (
        <ul style={{ ['--people' as string]: shown.length }}>
          {shown.map((row) => (
            <Person key={row.person.staff_id} row={row} />
          ))}
        </ul>
      )}
      {people.length > 0 && empty.length > 0 && <p className="staff-none">{t('staff.none_in', { names: empty })}</p>}
      {people.length > shown.length && <p className="staff-more">{t('staff.more', { n: people.length - shown.length })}</p>}
    </section>
  );
}
