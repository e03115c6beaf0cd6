import type { Role } from '../../identity/access/principal.js';
import { newId, newSecret } from '../../platform/common/ids.js';
import type { StationKind } from './entities/station.entity.js';
import { newStationKey } from '../stations/station-keys.js';

const DEPARTMENTS = [
  { id: 'icu', name: 'Intensive care', floor: 1 },
  { id: 'med', name: 'Internal medicine', floor: 2 },
  { id: 'surg', name: 'Surgery', floor: 3 },
] as const;
const ROOMS = 8;
const NURSES = 6;

export interface DemoPerson {
  id: string;
  username: string;
  name: string;
  role: Role;
  departments: string[];
  password: string;
}

export interface DemoStation {
  id: string;
  dept: string;
  roomId: string;
  bedId: string | null;
  kind: StationKind;
  name: string;
  key: string;
}

export interface DemoHospital {
  name: string;
  departments: { id: string; name: string }[];
  rooms: { id: string; dept: string; name: string }[];
  beds: { id: string; roomId: string; name: string }[];
  stations: DemoStation[];
  staff: DemoPerson[];
}

function person(username: string, name: string, role: Role, departments: string[]): DemoPerson {
  return { id: newId(), username, name, role, departments, password: newSecret(12) };
}

/** A small hospital to try Wardline on, with random passwords and keys. */
export function makeDemoHospital(): DemoHospital {
  const hospital: DemoHospital = {
    name: 'Demo Hospital',
    departments: DEPARTMENTS.map(({ id, name }) => ({ id, name })),
    rooms: [],
    beds: [],
    stations: [],
    staff: [person('admin', 'System administrator', 'admin', [])],
  };
  for (const { id: dept, name, floor } of DEPARTMENTS) {
    for (let number = floor * 100 + 1; number <= floor * 100 + ROOMS; number++) {
      const roomId = `${dept}-${String(number)}`;
      const bedId = `${roomId}-a`;
      hospital.rooms.push({ id: roomId, dept, name: `Room ${String(number)}` });
      hospital.beds.push({ id: bedId, roomId, name: `Bed ${String(number)}A` });
      hospital.stations.push(
        { id: `${roomId}-bed`, dept, roomId, bedId, kind: 'bedside', name: `Bedside ${String(number)}A`, key: newStationKey() },
        { id: `${roomId}-bath`, dept, roomId, bedId: null, kind: 'bathroom', name: `Bathroom ${String(number)}`, key: newStationKey() },
      );
    }
    for (let number = 1; number <= NURSES; number++) {
      hospital.staff.push(person(`${dept}-nurse-${String(number)}`, `${name} nurse ${String(number)}`, 'nurse', [dept]));
    }
    hospital.staff.push(person(`${dept}-manager`, `${name} manager`, 'manager', [dept]));
  }
  return hospital;
}

/** `first-run.json`, as documented in the configuration. */
export function firstRunFile(hospital: DemoHospital, url: string) {
  const credentials = ({ username, password, role, departments }: DemoPerson) => ({ username, password, role, departments });
  const admin = hospital.staff.find((one) => one.role === 'admin');
  return {
    url,
    admin: { username: admin?.username, password: admin?.password },
    staff: hospital.staff.filter((one) => one.role !== 'admin').map(credentials),
    stations: hospital.stations.map(({ id, key, dept, roomId, kind }) => ({ id, key, dept, room_id: roomId, kind })),
  };
}
