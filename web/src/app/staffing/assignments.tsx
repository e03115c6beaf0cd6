import type { Assignment, Member, Wardline } from '@wardline/client';
import { type ReactNode, useEffect, useState } from 'react';
import { useDeptNames } from '../context.js';
import { Fault } from '../loading/fault.js';
import { useAttempt } from '../loading/use-attempt.js';
import { useReloaded } from '../loading/use-staff.js';
import { useTexts } from '../texts.js';

interface Props {
  dept: string;
  members: readonly Member[];
  client: Wardline;
}

/** Rooms and the nurses who are asked first there. */
export function Assignments({ dept, members, client }: Props) {
  const { t } = useTexts();
  const names = useDeptNames(dept);
  const { items, fault, reload } = useReloaded(dept, async () => (await client.staffing.assignments(dept)).items);
  const byRoom = new Map(items?.map((one) => [one.room_id, one]));
  const assign = (room: string, { primary, backup }: Nurses) =>
    primary === ''
      ? client.staffing.unassign(dept, room)
      : client.staffing.assign(dept, room, { primary, ...(backup !== '' && backup !== primary && { backup }) });
  const people = members.map(({ staff_id, name }) => (
    <option key={staff_id} value={staff_id}>
      {name}
    </option>
  ));
  return (
    <section className="panel" aria-label={t('staffing.rooms')}>
      <h2>{t('staffing.rooms')}</h2>
      <p className="hint">{t('staffing.rooms_lead')}</p>
      <Fault text={fault} onRetry={reload} />
      {!items && fault === undefined && <p className="hint">{t('loading')}</p>}
      {items && (
        <table className="table table-rooms">
          <thead>
            <tr>
              <th scope="col">{t('raise.room')}</th>
              <th scope="col">{t('staffing.primary')}</th>
              <th scope="col">{t('staffing.backup')}</th>
            </tr>
          </thead>
          <tbody>
            {names.directory?.rooms.map(({ id, name }) => (
              <RoomRow
                key={id}
                name={name}
                assigned={nursesOf(byRoom.get(id))}
                people={people}
                assign={(nurses) => assign(id, nurses)}
                onDone={reload}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface Nurses {
  readonly primary: string;
  readonly backup: string;
}

const nursesOf = (assignment: Assignment | undefined): Nurses => ({
  primary: assignment?.primary ?? '',
  backup: assignment?.backup ?? '',
});

interface RowProps {
  name: string;
  assigned: Nurses;
  people: ReactNode;
  assign: (nurses: Nurses) => Promise<unknown>;
  onDone: () => void;
}

/** A choice shows at once, and until the list is loaded again. */
function RoomRow({ name, assigned, people, assign, onDone }: RowProps) {
  const { t } = useTexts();
  const { isPending, isBusy, fault, attempt } = useAttempt();
  const [chosen, setChosen] = useState<Nurses>();
  const { primary, backup } = chosen ?? assigned;
  const choose = async (nurses: Nurses) => {
    if (isBusy) return;
    setChosen(nurses);
    if (await attempt(() => assign(nurses))) onDone();
    else setChosen(undefined);
  };
  useEffect(() => {
    setChosen(undefined);
  }, [assigned.primary, assigned.backup]);
  return (
    <tr aria-busy={isBusy}>
      <th scope="row">
        <bdi>{name}</bdi>
        {isPending && <p className="hint">{t('act.sending')}</p>}
        <Fault text={fault} />
      </th>
      <td>
        <select
          className="input"
          aria-label={`${name}: ${t('staffing.primary')}`}
          value={primary}
          onChange={({ target }) => void choose({ primary: target.value, backup })}
        >
          <option value="">{t('staffing.by_queue')}</option>
          {people}
        </select>
      </td>
      <td>
        <select
          className="input"
          aria-label={`${name}: ${t('staffing.backup')}`}
          value={backup}
          disabled={primary === ''}
          onChange={({ target }) => void choose({ primary, backup: target.value })}
        >
          <option value="">–</option>
          {people}
        </select>
      </td>
    </tr>
  );
}
