import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { anEvent, dispatchStrategyContract, dueWorkContract, eventConsumerContract } from 'wardline/testing';
import { frameContract, healthIndicatorContract, retentionRuleContract, roomAuthorizerContract } from 'wardline/testing';
import { snapshotPartContract, startTestWardline, type TestPerson, type TestWardline } from 'wardline/testing';
import { ChatRooms } from '../src/chat-rooms.js';
import { CleaningAfterEmergency } from '../src/cleaning/after-emergency.js';
import { CleaningDeadline } from '../src/cleaning/cleaning-deadline.js';
import { CleaningUpkeep } from '../src/cleaning/cleaning-upkeep.js';
import hospital from '../src/hospital.js';
import { Skills } from '../src/skills/skills.js';
import { SkilledDispatch } from '../src/skills/skilled-dispatch.js';

describe('St Jude', () => {
  const pages: string[] = [];
  let gateway: Server;
  let wardline: TestWardline;

  before(async () => {
    gateway = createServer((request, response) => {
      pages.push(`${request.method} ${request.url}`);
      response.end('taken');
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    const { port } = gateway.address() as AddressInfo;
    wardline = await startTestWardline(hospital, {
      settings: { ST_JUDE_PAGER_URL: `http://127.0.0.1:${port}`, ST_JUDE_CLEANING_SEC: '600' },
    });
  });
  after(async () => {
    await wardline.stop();
    gateway.closeAllConnections();
    gateway.close();
  });

  it('asks a nurse who can help, rings their pager, and stops it', async () => {
    const { ward } = wardline;
    await ward.nurse('icu');
    const skilled = await ward.nurse('icu');
    const admin = await ward.admin();
    await admin.client.request('PUT', `/st-jude/skills/${skilled.id}`, { body: { call_types: ['drip'] } });
    const call = await ward.press('icu-101-bed', 'drip');
    assert.deepEqual(
      call.recipients.map(({ staff_id }) => staff_id),
      [skilled.id],
    );
    const page = `/pages/${call.id}/${skilled.id}`;
    await ward.until(() => pages.includes(`PUT ${page}`) || undefined, 'the page');
    await skilled.client.calls.accept(call.id);
    await ward.until(() => pages.includes(`DELETE ${page}`) || undefined, 'the end of the page');
    const audit = await wardline.query('SELECT action FROM audit WHERE action = $1', ['st-jude.skills.set']);
    assert.equal(audit.length, 1);
  });

  it('has a call type with a ladder of its own: the manager is asked after 120 s', async () => {
    const { ward, clock } = wardline;
    const manager = await ward.manager('med');
    const call = await ward.press('med-201-bed', 'drip');
    await clock.advance(121, 's');
    const level = async () => ((await manager.client.calls.get(call.id)).level >= 2 ? true : undefined);
    await ward.until(level, 'level 2');
  });

  it('has beds cleaned: by socket and HTTP, once, in the picture, and says when one is late', async () => {
    const { ward, clock } = wardline;
    const nurse = await ward.nurse('surg');
    const late: unknown[] = [];
    nurse.client.department('surg').on('*', (event) => {
      if ((event.type as string) === 'st-jude.cleaning.late') late.push(event.data);
    });
    const asked = (await nurse.client.command('st-jude.cleaning.ask', { bed_id: 'surg-301-a' })) as { task_id: string };
    const headers = { 'Idempotency-Key': randomUUID() };
    assert.deepEqual(await nurse.client.request('POST', '/st-jude/beds/surg-301-a/cleaning', { headers }), asked);
    await clock.advance(601, 's');
    await ward.until(() => (late.length > 0 ? true : undefined), 'the late bed');
    assert.deepEqual(late, [asked]);
    assert.deepEqual(await nurse.client.command('st-jude.cleaning.done', { bed_id: 'surg-301-a' }), asked);
    await assert.rejects(nurse.client.command('st-jude.cleaning.done', { bed_id: 'surg-301-a' }), { code: 'ST_JUDE_NOT_IN_CLEANING' });
  });

  it('has a bed cleaned after a patient has left it in a hurry, once', async () => {
    const { ward } = wardline;
    const nurse = await ward.nurse('med');
    const call = await ward.press('med-202-bed', 'bed_exit');
    await nurse.client.calls.arrive(call.id);
    await nurse.client.calls.complete(call.id);
    const tasks = () => wardline.query('SELECT bed_id FROM st_jude_cleaning_tasks WHERE dept_id = $1 AND done_at IS NULL', ['med']);
    await ward.until(async () => ((await tasks()).length > 0 ? true : undefined), 'the task');
    assert.deepEqual(await tasks(), [{ bed_id: call.bed_id }]);
  });

  it('has doctors, who are asked for calls and order cleaning, and cleaners, who do neither', async () => {
    const { ward } = wardline;
    const doctor = await ward.newcomer('doctor', 'surg');
    const cleaner = await ward.newcomer('housekeeping', 'surg');
    await doctor.client.shifts.start('surg');
    await assert.rejects(cleaner.client.shifts.start('surg'), { code: 'FORBIDDEN' });
    await assert.rejects(cleaner.client.command('st-jude.cleaning.ask', { bed_id: 'surg-302-a' }), { code: 'FORBIDDEN' });
    const asked = await doctor.client.command('st-jude.cleaning.ask', { bed_id: 'surg-302-a' });
    assert.deepEqual(await cleaner.client.command('st-jude.cleaning.done', { bed_id: 'surg-302-a' }), asked);
  });

  it('shows late beds in /healthz', async () => {
    const health = (await (await wardline.ward.fetch('/healthz')).json()) as { own: Record<string, { status: string }> };
    assert.equal(health.own['st-jude-cleaning']?.status, 'up');
  });

  describe('keeps the promises of the extension points: dispatch', () => {
    dispatchStrategyContract(it, () => ({
      strategy: new SkilledDispatch(wardline.app.get(Skills, { strict: false })),
      calls: [{ id: randomUUID(), dept: 'icu', roomId: 'icu-101', type: 'drip', rank: 1 }],
    }));
  });

  describe('keeps the promises of the extension points: cleaning after an emergency', () => {
    eventConsumerContract(it, () => ({
      consumer: wardline.app.get(CleaningAfterEmergency, { strict: false }),
      app: wardline.app,
      events: [
        anEvent('call.completed', { call: { type: 'bed_exit', bed_id: 'icu-102-a' } }),
        anEvent('call.completed', { call: { type: 'drip', bed_id: 'icu-101-a' } }),
      ],
      written: () => wardline.query('SELECT bed_id, done_at FROM st_jude_cleaning_tasks WHERE dept_id = $1 ORDER BY bed_id', ['icu']),
    }));
  });

  const newBed = async (): Promise<string> => {
    const bed = `surg-${randomUUID().slice(0, 8)}`;
    await wardline.query('INSERT INTO beds (id, room_id, name) VALUES ($1, $2, $1)', [bed, 'surg-301']);
    return bed;
  };
  /** A task in a bed of its own. `due` and `done` are times of SQL. */
  const makeTask = async (due: string, done: string): Promise<void> => {
    const bed = await newBed();
    await wardline.query(
      `INSERT INTO st_jude_cleaning_tasks (id, bed_id, dept_id, due_at, done_at) VALUES ($1, $2, 'surg', ${due}, ${done})`,
      [randomUUID(), bed],
    );
  };
  const late = () => wardline.query(`SELECT id FROM st_jude_cleaning_tasks WHERE dept_id = 'surg' AND late_at IS NOT NULL`);

  describe('keeps the promises of the extension points: the deadline of a bed', () => {
    dueWorkContract(it, () => ({
      work: wardline.app.get(CleaningDeadline, { strict: false }),
      app: wardline.app,
      makeDue: () => makeTask("app_now() - interval '1 s'", 'NULL'),
      handled: async () => (await late()).length,
    }));
  });

  describe('keeps the promises of the extension points: tasks of long ago', () => {
    retentionRuleContract(it, () => ({
      rule: wardline.app.get(CleaningUpkeep, { strict: false }),
      app: wardline.app,
      makeExpired: () => makeTask("app_now() - interval '92 days'", "app_now() - interval '91 days'"),
      kept: () =>
        wardline.query(
          `SELECT id FROM st_jude_cleaning_tasks WHERE done_at IS NULL OR done_at > app_now() - interval '90 days' ORDER BY id`,
        ),
    }));
  });

  describe('keeps the promises of the extension points: beds in /healthz', () => {
    healthIndicatorContract(it, () => ({ indicator: wardline.app.get(CleaningUpkeep, { strict: false }) }));
  });

  describe('keeps the promises of the extension points: a bed is to be cleaned', () => {
    let sender: TestPerson;
    let stranger: TestPerson;
    before(async () => {
      sender = await wardline.ward.newcomer('doctor', 'surg');
      stranger = await wardline.ward.newcomer('housekeeping', 'surg');
    });
    frameContract(it, () => ({
      type: 'st-jude.cleaning.ask',
      sender,
      stranger,
      data: async () => ({ bed_id: await newBed() }),
      wrong: [{}, { bed_id: 7 }, { bed_id: 'surg-301-a', note: 'for the lady by the window' }],
      written: () => wardline.query(`SELECT bed_id FROM st_jude_cleaning_tasks WHERE dept_id = 'surg' ORDER BY bed_id`),
    }));
    snapshotPartContract(it, () => ({
      part: 'st_jude_cleaning',
      app: wardline.app,
      dept: 'surg',
      other: 'icu',
      change: async () => void (await sender.client.command('st-jude.cleaning.ask', { bed_id: await newBed() })),
    }));
  });

  describe('keeps the promises of the extension points: chat rooms', () => {
    roomAuthorizerContract(it, () => ({ authorizer: new ChatRooms(), permitted: undefined }));
  });
});
