import type { Member, Wardline } from '@wardline/client';
import { useDeptNames } from '../context.js';
import { useTexts } from '../texts.js';
import { useReloaded } from '../loading/use-staff.js';
import type { Attempt } from './staffing-page.js';

interface Props {
  dept: string;
  members: readonly Member[];
  attempt: Attempt;
  client: Wardline;
}

/** Rooms and the nurses who are asked first there. */
export function Assignments({ dept, members, attempt, client }: Props) {
  const { t } = useTexts();
  const names = useDeptNames(dept);
  const { items, reload } = useReloaded(dept, async () => (await client.staffing.assignments(dept)).items);
  const byRoom = new Map(items?.map((one) => [one.room_id, one]));
  const assign = async (room: string, primary: string, backup: string) => {
    await attempt(() =>
      primary === ''
        ? client.staffing.unassign(dept, room)
        : client.staffing.assign(dept, room, { primary, ...(backup !== '' && backup !== primary && { backup }) }),
    );
    reload();
  };
  const people = members.map(({ staff_id, name }) => (
    <option key={staff_id} value={staff_id}>
      {name}
    </option>
  ));
  return (
    <section className="panel" aria-label={t('staffing.rooms')}>
      <h2>{t('staffing.rooms')}</h2>
      <p className="hint">{t('staffing.rooms_lead')}</p>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('raise.room')}</th>
            <th scope="col">{t('staffing.primary')}</th>
            <th scope="col">{t('staffing.backup')}</th>
          </tr>
        </thead>
        <tbody>
          {names.directory?.rooms.map(({ id, name }) => {
            const { primary = '', backup = '' } = byRoom.get(id) ?? {};
            return (
              <tr key={id}>
                <th scope="row">
                  <bdi>{name}</bdi>
                </th>
                <td>
                  <select
                    className="input"
                    aria-label={`${name}: ${t('staffing.primary')}`}
                    value={primary}
                    onChange={({ target }) => void assign(id, target.value, backup ?? '')}
                  >
                    <option value="">{t('staffing.by_queue')}</option>
                    {people}
                  </select>
                </td>
                <td>
                  <select
                    className="input"
                    aria-label={`${name}: ${t('staffing.backup')}`}
                    value={backup ?? ''}
                    disabled={primary === ''}
                    onChange={({ target }) => void assign(id, primary, target.value)}
                  >
                    <option value="">–</option>
                    {people}
                  </select>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
