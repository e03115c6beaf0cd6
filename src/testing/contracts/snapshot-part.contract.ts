import { deepEqual, notDeepEqual, ok } from 'node:assert/strict';
import type { INestApplication } from '@nestjs/common';
import { DepartmentSnapshots } from '../../events/snapshots/department-snapshots.js';
import type { It } from './support/test-runner.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface SnapshotPartSubject {
  /** The part's name: `st_jude_cleaning`. */
  part: string;
  /** The application of a hospital that contributes the part: `wardline.app`. */
  app: INestApplication;
  /** A department of which the part is to change. */
  dept: string;
  /** Another department, of which it is not. */
  other: string;
  /** Changes what the part shows of the department, as the hospital's own command does. */
  change: () => Promise<void>;
}

const TIMES = 5;

/** The promise of `DepartmentSnapshots.contribute`; call it inside a `describe`. */
export function snapshotPartContract(it: It, subject: () => SnapshotPartSubject): void {
  async function read(dept: string): Promise<{ seq: number; shown: unknown }> {
    const { app, part } = subject();
    const snapshot = await app.get(DepartmentSnapshots, { strict: false }).read(dept);
    ok(snapshot, `there is no department ${dept}`);
    const data = JSON.parse(snapshot.data) as Record<string, unknown> & { missing?: readonly string[] };
    ok(!data.missing?.includes(part), `${part} fails, and is left out of the picture`);
    ok(part in data, `nobody contributes ${part}`);
    return { seq: snapshot.seq, shown: data[part] };
  }

  it('is in the picture of each department', async () => {
    const { dept, other } = subject();
    for (const one of [dept, other]) await read(one);
  });

  it('shows the same while nothing changes', async () => {
    const { dept } = subject();
    const { shown } = await read(dept);
    for (let times = 0; times < TIMES; times++) deepEqual((await read(dept)).shown, shown, 'two readers see two pictures of one instant');
  });

  it('changes with an event, so that open screens hear of it, and for no other department', async () => {
    const { dept, other, change } = subject();
    const [before, elsewhere] = [await read(dept), await read(other)];
    await change();
    const after = await read(dept);
    notDeepEqual(after.shown, before.shown, 'the change does not show');
    ok(after.seq > before.seq, 'the part changed without an event: a screen that is open does not hear of it');
    deepEqual((await read(other)).shown, elsewhere.shown, `the change shows in ${other}, too`);
  });
}
