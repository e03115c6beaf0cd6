import type { Role } from '../../identity/access/principal.js';
import { newId, newSecret } from '../../platform/common/values/ids.js';
import type { StationKind } from './entities/station.entity.js';
import { DEMO_NAMES, type DemoName } from './demo-names.js';
import { newStationKey } from '../stations/station-keys.js';

const DEPARTMENTS = [
  { id: 'icu', name: 'Intensive care', floor: 1 },
  { id: 'med', name: 'Internal medicine', floor: 2 },
  { id: 'surg', name: 'Surgery', floor: 3 },
] as const;
const ROOMS = 8;
const LANGUAGES = ['en', 'ar', 'de'];

export interface DemoPerson {
  id: string;
  username: string;
  name: string;
  role: Role;
  departments: string[];
  /** That they read. */
  language: string;
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
  languages: string[];
  departments: { id: string; name: string }[];
  rooms: { id: string; dept: string; name: string }[];
  beds: { id: string; roomId: string; name: string }[];
  stations: DemoStation[];
  staff: DemoPerson[];
}

function person(username: string, { name, language }: DemoName, role: Role, departments: string[]): DemoPerson {
  return { id: newId(), username, name, role, departments, language, password: newSecret(12) };
}

/** A small hospital to try Wardline on, with random passwords and keys. */
export function makeDemoHospital(): DemoHospital {
  const hospital: DemoHospital = {
    name: 'Demo Hospital',
    languages: LANGUAGES,
    departments: DEPARTMENTS.map(({ id, name }) => ({ id, name })),
    rooms: [],
    beds: [],
    stations: [],
    staff: [person('admin', { name: 'System administrator', language: 'en' }, 'admin', [])],
  };
  for (const { id: dept, floor } of DEPARTMENTS) {
    for (let number = floor * 100 + 1; number <= floor * 100 + ROOMS; number++) {
      const roomId = `${dept}-${String(number)}`;
      const bedId = `${roomId}-a`;
      hospital.rooms.push({ id: roomId, dept, name: `Room ${String(number)}` });
      hospital.beds.push({ id: bedId, roomId, name: 'Bed A' });
      hospital.stations.push(
        { id: `${roomId}-bed`, dept, roomId, bedId, kind: 'bedside', name: `Bedside ${String(number)} A`, key: newStationKey() },
        { id: `${roomId}-bath`, dept, roomId, bedId: null, kind: 'bathroom', name: `Bathroom ${String(number)}`, key: newStationKey() },
      );
    }
    const { nurses, manager } = DEMO_NAMES[dept];
    for (const [index, nurse] of nurses.entries()) {
      hospital.staff.push(person(`${dept}-nurse-${String(index + 1)}`, nurse, 'nurse', [dept]));
    }
    hospital.staff.push(person(`${dept}-manager`, manager, 'manager', [dept]));
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
