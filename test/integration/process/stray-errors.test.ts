import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { asStation, request } from '../../support/clients/client.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { Person } from '../../support/clients/person.js';
import { type Program, run } from '../../support/servers/process.js';
import { sendSignal } from '../../support/checks/signal.js';
import { workers } from '../../support/servers/supervised.js';
import { TEST_SECRET, type TestWardline } from '../../support/wardline.js';

/** The errors that nobody handles, at each of its points. */
const HOSPITAL = `
import { connect } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { defineHospital, Public } from '${pathToFileURL(join(packageRoot(), 'dist/src/index.js')).href}';

function leaveErrors() {
  void Promise.reject(new Error('a promise that was left alone'));
  setTimeout(() => { throw new Error('in a timer'); }, 5);
  connect(1, '127.0.0.1');
}
class Stray {
  onModuleInit() { leaveErrors(); }
  act() { leaveErrors(); return {}; }
}
Controller('api/v1/stray')(Stray);
Public()(Stray.prototype, 'act', Object.getOwnPropertyDescriptor(Stray.prototype, 'act'));
Get()(Stray.prototype, 'act', Object.getOwnPropertyDescriptor(Stray.prototype, 'act'));
class StrayModule {}
Module({ controllers: [Stray] })(StrayModule);
const pager = { name: 'pager', notify() { leaveErrors(); return Promise.resolve('taken'); } };
const strategy = { choose(_, [first]) { leaveErrors(); return first.staffId; } };
export default defineHospital({
  name: 'stray', compatibility: '>=0.1.0', modules: [StrayModule],
  notifiers: [{ useValue: pager }], dispatchStrategy: { useValue: strategy },
});
`;

const folder = mkdtempSync(join(tmpdir(), 'wardline-stray-'));
let database: TestDatabase;
let program: Program;
let nurse: Person | undefined;

beforeAll(async () => {
  // Below the package, so that it finds Nest.
  const file = join(packageRoot(), 'dist', `stray-${String(process.pid)}.mjs`);
  writeFileSync(file, HOSPITAL);
  database = await createTestDatabase('demo hospital');
  const env = {
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    SESSION_SECRETS: TEST_SECRET,
    REQUIRE_WSS: 'false',
    HOST: '127.0.0.1',
    PORT: '0',
    SUPERVISOR: 'on',
  };
  program = run('src/main.js', env, ['start', '--hospital', file]);
  await program.event('wardline.ready').finally(() => {
    rmSync(file);
  });
});
afterAll(async () => {
  nurse?.socket.close();
  sendSignal(program.child.pid, 'SIGTERM');
  await program.exited;
  await database.drop();
  rmSync(folder, { recursive: true });
});

it('errors of an extension that nobody handles end no process: they are failures of their point', async () => {
  const { url } = program.events('wardline.ready')[0] as unknown as { url: string };
  const target = { url, ca: Buffer.alloc(0), firstRun: inject('firstRun') } as TestWardline;
  nurse = await Person.come(target, 'icu-nurse-1');
  await nurse.startShift('icu');
  expect((await request(target, 'GET', '/api/v1/stray')).status).toBe(200);
  expect((await asStation(target, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' })).status).toBe(201);
  const failuresOf = (point: string) => program.events('extension.failed').filter((line) => line['point'] === point).length;
  for (const point of ['module StrayModule', 'route Stray', 'dispatch strategy', 'notifier pager'])
    await eventually(() => (failuresOf(point) >= 3 ? true : undefined), `three failures of ${point}`);
  expect((await request(target, 'GET', '/readyz')).status).toBe(200);
  expect(workers(program)).toHaveLength(1);
  expect(program.events('worker.crashed')).toEqual([]);
});
