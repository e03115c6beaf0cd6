import type { Profile } from './profiles.js';

export interface PlannedStation {
  readonly id: string;
  readonly kind: 'bedside' | 'bathroom';
  readonly roomId: string;
  readonly dept: string;
}

export interface PlannedPerson {
  readonly username: string;
  readonly name: string;
  readonly role: 'nurse' | 'manager';
  readonly dept: string;
}

export interface PlannedRoom {
  readonly id: string;
  readonly name: string;
  readonly stations: readonly PlannedStation[];
}

export interface PlannedWard {
  readonly dept: string;
  readonly name: string;
  readonly rooms: readonly PlannedRoom[];
  readonly nurses: readonly PlannedPerson[];
  readonly manager: PlannedPerson;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

function planRoom(dept: string, number: number): PlannedRoom {
  const id = `${dept}-${padded(number, 3)}`;
  return {
    id,
    name: `Room ${padded(number, 3)}`,
    stations: [
      { id: `${id}-bed`, kind: 'bedside', roomId: id, dept },
      { id: `${id}-bath`, kind: 'bathroom', roomId: id, dept },
    ],
  };
}

function planPerson(dept: string, role: PlannedPerson['role'], number: number): PlannedPerson {
  const username = `${dept}-${role}-${String(number)}`;
  return { username, name: `Simulated ${role} ${username}`, role, dept };
}

/**
 * The simulated hospital: a room with a bedside and a bathroom station for each nurse, and a
 * manager for each department. Names depend on nothing but their numbers, so a second run with
 * another profile finds and reuses what the first one made.
 */
export function planWards({ nurses, departments }: Profile): PlannedWard[] {
  return Array.from({ length: departments }, (_, index) => {
    const dept = `sim-${padded(index + 1, 2)}`;
    const share = Math.floor(nurses / departments) + (index < nurses % departments ? 1 : 0);
    const numbers = Array.from({ length: share }, (_unused, nurse) => nurse + 1);
    return {
      dept,
      name: `Simulated ward ${padded(index + 1, 2)}`,
      rooms: numbers.map((number) => planRoom(dept, number)),
      nurses: numbers.map((number) => planPerson(dept, 'nurse', number)),
      manager: planPerson(dept, 'manager', 1),
    };
  });
}
