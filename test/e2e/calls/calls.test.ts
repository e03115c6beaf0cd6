import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asStation, signIn, type Answer, type AnyFrame, type Session } from '../../support/clients/client.js';
import {
  closeAllCalls,
  logOf,
  outcomeOf,
  Person,
  readLog,
  TRANSPORTS,
  type CallCommand,
  type Outcome,
} from '../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const CALL_FIELDS = [
  ...['id', 'dept', 'room_id', 'bed_id', 'station_id', 'type', 'state', 'level', 'priority', 'version', 'accepted_by', 'recipients'],
  ...['placed_at', 'annunciated_at', 'accepted_at', 'present_at', 'completed_at', 'cancelled_at', 'repeats', 'supersedes'],
];

let wardline: TestWardline;
/** On duty in icu. */
let anna: Person;
let ben: Person;
let cleo: Person;
/** A nurse of icu, signed in, not on duty. */
let dora: Person;
let manager: Person;
let admin: Session;
/** A nurse, and the manager, of another department. */
let stranger: Person;
let strangeManager: Person;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { CLIENT_RATE_LIMIT: '0' } });
  [anna, ben, cleo, dora, manager, stranger, strangeManager] = (await Promise.all(
    ['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3', 'icu-nurse-4', 'icu-manager', 'med-nurse-1', 'med-manager'].map((name) =>
      Person.come(wardline, name),
    ),
  )) as [Person, Person, Person, Person, Person, Person, Person];
  admin = await signIn(wardline, 'admin');
  for (const nurse of [anna, ben, cleo]) await nurse.startShift('icu');
});
afterAll(() => wardline.stop());
afterEach(() => closeAllCalls(admin));

let turn = 0;
/** Takes the rooms in turn, so that what one test leaves behind does not meet the next. */
function nextRoom(dept = 'icu'): string {
  const rooms = wardline.firstRun.stations
    .filter((station) => station.dept === dept && station.kind === 'bedside')
    .map((station) => station.room_id);
  return rooms[turn++ % rooms.length] ?? '';
}

function press(station: string, type = 'patient_normal'): Promise<Answer> {
  return asStation(wardline, station)('POST', '/calls', { type });
}

/** A call that was just placed at a bedside. */
/** The nurse on duty that the call was given to. */
function asked(call: AnyFrame): Person {
  const told = call.recipients.map((recipient: AnyFrame) => recipient.staff_id);
  const person = [anna, ben, cleo].find((one) => told.includes(one.id));
  if (!person) throw new Error('the call was given to nobody on duty');
  return person;
}

async function pendingCall(type = 'patient_normal', dept = 'icu'): Promise<AnyFrame> {
  const station = type === 'bath_emergency' ? 'bath' : 'bed';
  const answer = await press(`${nextRoom(dept)}-${station}`, type);
  expect(answer.status).toBe(201);
  return answer.body;
}

type Stage = 'pending' | 'accepted' | 'in_progress' | 'completed' | 'cancelled';
const WAY: Record<Stage, CallCommand[]> = {
  pending: [],
  accepted: ['accept'],
  in_progress: ['accept', 'arrive'],
  completed: ['accept', 'arrive', 'complete'],
  cancelled: ['cancel'],
};

/** A call that Anna has brought so far. */
async function callIn(stage: Stage, type?: string): Promise<AnyFrame> {
  let call = await pendingCall(type);
  for (const command of WAY[stage]) {
    const outcome = await anna.command('HTTP', command, call.id);
    expect(outcome).toMatchObject({ ok: true, status: 200 });
    call = outcome.call;
  }
  expect(call.state).toBe(stage);
  return call;
}

/** A refusal because of the call's state or version: 409 over HTTP, with the call as it is. */
function expectConflict(outcome: Outcome, current: AnyFrame): void {
  expect(outcome.ok).toBe(false);
  if (outcome.status !== undefined) expect(outcome.status).toBe(409);
  expect(outcome.call).toMatchObject({ id: current.id, state: current.state, version: current.version });
}

async function expectUnchanged(call: AnyFrame): Promise<void> {
  expect(await manager.call(call.id)).toMatchObject({ state: call.state, version: call.version, accepted_by: call.accepted_by });
}

describe('a call that is raised', () => {
  it('is answered to the station with 201 and the whole call', async () => {
    const room = nextRoom();
    const answer = await press(`${room}-bed`);
    expect(answer.status).toBe(201);
    expect(Object.keys(answer.body)).toEqual(expect.arrayContaining(CALL_FIELDS));
    expect(answer.body).toMatchObject({
      ...{ dept: 'icu', room_id: room, station_id: `${room}-bed`, type: 'patient_normal', state: 'pending', level: 0, priority: 0 },
      ...{
        accepted_by: null,
        annunciated_at: null,
        accepted_at: null,
        present_at: null,
        completed_at: null,
        cancelled_at: null,
        repeats: 0,
        supersedes: [],
      },
    });
  });

  it.each(TRANSPORTS)('may be raised by a member of the department over %s, and goes through every state', async (transport) => {
    const room = nextRoom();
    const raised = await anna.raise(transport, { type: 'patient_normal', room_id: room });
    expect(raised.ok).toBe(true);
    if (raised.status !== undefined) expect(raised.status).toBe(201);
    expect(raised.call).toMatchObject({ dept: 'icu', room_id: room, station_id: null, state: 'pending' });
    for (const [command, state] of [
      ['accept', 'accepted'],
      ['arrive', 'in_progress'],
      ['complete', 'completed'],
    ] as const) {
      expect((await anna.command(transport, command, raised.call.id)).call.state).toBe(state);
    }
  });

  it('answers 200 with the open call when a member raises the same again', async () => {
    const room = nextRoom();
    const first = await anna.raise('HTTP', { type: 'patient_normal', room_id: room });
    const second = await anna.raise('HTTP', { type: 'patient_normal', room_id: room });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.call.id).toBe(first.call.id);
  });

  it('of a broadcast type goes to every on-duty nurse of its department and is acknowledged only when it is in the log', async () => {
    const call = await pendingCall('code_blue');
    const [event] = await logOf(anna.session, 'icu', call.id);
    expect(event).toMatchObject({
      type: 'call.pending',
      critical: true,
      data: { call_id: call.id, call: { id: call.id, state: 'pending' } },
    });
    const told = call.recipients.map((recipient: AnyFrame) => recipient.staff_id);
    expect(told).toEqual(expect.arrayContaining([anna.id, ben.id, cleo.id]));
    expect(told).not.toContain(dora.id);
    expect(told).not.toContain(stranger.id);
    for (const recipient of call.recipients)
      expect(Object.keys(recipient)).toEqual(expect.arrayContaining(['staff_id', 'role', 'since', 'reason']));
  });

  it('with nobody on duty goes to everyone signed in to the department and to its managers, with call.unattended', async () => {
    const call = await pendingCall('patient_normal', 'med');
    expect(call.recipients.map((recipient: AnyFrame) => recipient.staff_id).sort()).toEqual([stranger.id, strangeManager.id].sort());
    expect((await logOf(stranger.session, 'med', call.id)).map((event) => event.type).slice(0, 2)).toEqual([
      'call.pending',
      'call.unattended',
    ]);
    const outcome = await stranger.command('HTTP', 'accept', call.id);
    expect(outcome).toMatchObject({ ok: true, call: { state: 'accepted', accepted_by: stranger.id } });
  });

  it.each([
    ...[
      ['service_request', 0],
      ['patient_normal', 0],
      ['technical_fault', 10],
      ['cord_out', 10],
      ['bed_exit', 10],
    ],
    ...[
      ['device_alarm', 10],
      ['staff_assist', 10],
      ['bath_emergency', 20],
      ['staff_emergency', 20],
      ['code_blue', 20],
    ],
  ] as [string, number][])('%s has priority rank × 10 = %i', async (type, priority) => {
    expect(await pendingCall(type)).toMatchObject({ type, priority, level: 0 });
  });

  it('of a type that does not exist is refused, and so is a room that does not exist', async () => {
    expect((await press(`${nextRoom()}-bed`, 'tea_please')).status).toBe(400);
    expect((await anna.raise('HTTP', { type: 'patient_normal', room_id: 'no-such-room' })).status).toBe(404);
  });
});

describe.each(TRANSPORTS)('the state table over %s', (transport) => {
  const FORBIDDEN = 'refused with the call';
  const TABLE: [Stage, CallCommand, string][] = [
    ['pending', 'accept', 'accepted'],
    ['pending', 'arrive', 'in_progress'],
    ['pending', 'decline', 'pending'],
    ['pending', 'complete', FORBIDDEN],
    ['pending', 'cancel', 'cancelled'],
    ['accepted', 'arrive', 'in_progress'],
    ['accepted', 'decline', 'pending'],
    ['accepted', 'complete', FORBIDDEN],
    ['accepted', 'cancel', 'cancelled'],
    ['in_progress', 'decline', FORBIDDEN],
    ['in_progress', 'complete', 'completed'],
    ['in_progress', 'cancel', 'cancelled'],
    ...(['completed', 'cancelled'] as const).flatMap((stage) =>
      (['accept', 'arrive', 'decline', 'complete', 'cancel'] as const).map((command): [Stage, CallCommand, string] => [
        stage,
        command,
        FORBIDDEN,
      ]),
    ),
  ];

  it.each(TABLE)('%s + %s → %s', async (stage, command, then) => {
    const call = await callIn(stage);
    const before = await logOf(anna.session, 'icu', call.id);
    const outcome = await (command === 'decline' && stage === 'pending' ? asked(call) : anna).command(transport, command, call.id);
    const events = (await logOf(anna.session, 'icu', call.id)).slice(before.length);
    if (then === FORBIDDEN) {
      expectConflict(outcome, call);
      expect(events).toEqual([]);
      await expectUnchanged(call);
      return;
    }
    expect(outcome).toMatchObject({ ok: true, call: { id: call.id, state: then, version: call.version + (then === stage ? 0 : 1) } });
    expect(events.map((event) => event.type)).toContain(`call.${then}`);
    for (const event of events) expect(event.data).toMatchObject({ call_id: call.id, call: { id: call.id } });
    expect(events.at(-1).data.call).toMatchObject({ state: then, version: outcome.call.version });
  });

  it.each(['accepted', 'in_progress'] as const)('%s + accept by another nurse is refused with the call', async (stage) => {
    const call = await callIn(stage);
    const outcome = await ben.command(transport, 'accept', call.id);
    expectConflict(outcome, call);
    if (stage === 'accepted')
      expect(outcome).toMatchObject({ code: 'CALL_ALREADY_ACCEPTED', retryable: false, call: { accepted_by: anna.id } });
    await expectUnchanged(call);
  });

  it('arrive also accepts', async () => {
    const call = await callIn('pending');
    const outcome = await ben.command(transport, 'arrive', call.id);
    expect(outcome.call).toMatchObject({ state: 'in_progress', accepted_by: ben.id });
    expect(outcome.call.accepted_at).toEqual(expect.any(String));
    expect(outcome.call.present_at).toEqual(expect.any(String));
  });

  it("someone else's arrival takes the call over", async () => {
    const call = await callIn('accepted');
    const outcome = await ben.command(transport, 'arrive', call.id);
    expect(outcome).toMatchObject({ ok: true, call: { state: 'in_progress', accepted_by: ben.id } });
    const byWhoWasFirst = await anna.command(transport, 'complete', call.id);
    expect(byWhoWasFirst.ok).toBe(false);
    if (byWhoWasFirst.status !== undefined) expect(byWhoWasFirst.status).toBe(403);
    await expectUnchanged(outcome.call);
    expect(await ben.command(transport, 'complete', call.id)).toMatchObject({ ok: true, call: { state: 'completed' } });
  });

  it.each(['pending', 'accepted'] as const)(
    'a declined call (%s) is pending again, with call.pending of reason declined',
    async (stage) => {
      const call = await callIn(stage);
      const before = await logOf(anna.session, 'icu', call.id);
      const outcome = await (stage === 'pending' ? asked(call) : anna).command(transport, 'decline', call.id);
      expect(outcome.call).toMatchObject({ state: 'pending', accepted_by: null, priority: call.priority, level: call.level });
      const events = (await logOf(anna.session, 'icu', call.id)).slice(before.length);
      expect(events.find((event) => event.type === 'call.pending')).toMatchObject({ critical: true, data: { reason: 'declined' } });
      expect(await ben.command(transport, 'accept', call.id)).toMatchObject({ ok: true, call: { state: 'accepted', accepted_by: ben.id } });
    },
  );

  it('complete is for who is present, or a manager', async () => {
    const call = await callIn('in_progress');
    const byAnother = await ben.command(transport, 'complete', call.id);
    expect(byAnother.ok).toBe(false);
    if (byAnother.status !== undefined) expect(byAnother.status).toBe(403);
    await expectUnchanged(call);
    expect(await manager.command(transport, 'complete', call.id)).toMatchObject({ ok: true, call: { state: 'completed' } });
  });

  it('accept is for on-duty nurses, managers and an admin, not for a nurse who is off duty', async () => {
    const call = await callIn('pending');
    const offDuty = await dora.command(transport, 'accept', call.id);
    expect(offDuty.ok).toBe(false);
    if (offDuty.status !== undefined) expect(offDuty.status).toBe(403);
    await expectUnchanged(call);
    expect(await manager.command(transport, 'accept', call.id)).toMatchObject({ ok: true, call: { accepted_by: manager.id } });
  });

  it('a call of another department is not found, whatever the command', async () => {
    const call = await callIn('pending');
    for (const command of ['accept', 'arrive', 'decline', 'complete', 'cancel'] as const) {
      for (const person of [stranger, strangeManager]) {
        const outcome = await person.command(transport, command, call.id, { reason: 'not mine' });
        const unknown = await person.command(transport, command, randomUUID(), { reason: 'not mine' });
        expect(outcome).toMatchObject({ ok: false, code: 'NOT_FOUND', call: undefined });
        expect(outcome).toEqual(unknown);
        if (outcome.status !== undefined) expect(outcome.status).toBe(404);
      }
    }
    await expectUnchanged(call);
  });
});

describe('accept', () => {
  it('by an admin, and by a nurse who came on duty after the press, is in order', async () => {
    const first = await pendingCall();
    const byAdmin = outcomeOf(await admin.post(`/calls/${first.id as string}/accept`, {}));
    expect(byAdmin).toMatchObject({ status: 200, call: { state: 'accepted', accepted_by: admin.user.id } });
    const second = await pendingCall();
    await dora.startShift('icu');
    try {
      expect(await dora.command('HTTP', 'accept', second.id)).toMatchObject({ status: 200, call: { accepted_by: dora.id } });
      await dora.command('HTTP', 'decline', second.id);
    } finally {
      await dora.endShift('icu');
    }
  });

  it('at once by several nurses over both transports: exactly one wins, the others get CALL_ALREADY_ACCEPTED with the call', async () => {
    for (let round = 0; round < 8; round++) {
      const call = await pendingCall();
      const racers = [anna, ben, cleo, manager].flatMap((person) => TRANSPORTS.map((transport) => ({ person, transport })));
      // One command a person, the transport alternating: a person's own second accept is another question.
      const chosen = racers.filter((_, index) => (index + Math.floor(index / 2) + round) % 2 === 0);
      expect(new Set(chosen.map(({ person }) => person)).size).toBe(4);
      const outcomes = await Promise.all(
        chosen.map(async ({ person, transport }) => ({ person, outcome: await person.command(transport, 'accept', call.id) })),
      );
      const winners = outcomes.filter(({ outcome }) => outcome.ok);
      expect(winners).toHaveLength(1);
      const winner = winners[0]?.person.id;
      for (const { outcome } of outcomes.filter((one) => !one.outcome.ok)) {
        expect(outcome).toMatchObject({
          code: 'CALL_ALREADY_ACCEPTED',
          call: { id: call.id, state: 'accepted', version: 2, accepted_by: winner },
        });
        if (outcome.status !== undefined) expect(outcome.status).toBe(409);
      }
      expect((await logOf(anna.session, 'icu', call.id)).map((event) => event.type)).toEqual(['call.pending', 'call.accepted']);
      expect(await anna.call(call.id)).toMatchObject({ state: 'accepted', version: 2, accepted_by: winner });
    }
  });

  it('at once with a cancel, or with a decline: the log tells one order and the call agrees with it', async () => {
    for (const other of ['cancel', 'decline'] as const) {
      for (let round = 0; round < 4; round++) {
        const call = await pendingCall();
        const [accept, second] = await Promise.all([
          (asked(call) === anna ? ben : anna).command('HTTP', 'accept', call.id),
          (other === 'decline' ? asked(call) : ben).command('WebSocket', other, call.id),
        ]);
        const log = await logOf(anna.session, 'icu', call.id);
        const now = await anna.call(call.id);
        expect(log.at(-1).data.call).toMatchObject({ state: now.state, version: now.version, accepted_by: now.accepted_by });
        if (!accept.ok) expectConflict(accept, { id: call.id, state: 'cancelled', version: 2 });
        if (!second.ok) expect(second.call).toMatchObject({ id: call.id, state: 'accepted' });
        expect(log.filter((event) => event.type === 'call.accepted')).toHaveLength(accept.ok ? 1 : 0);
        await closeAllCalls(admin);
      }
    }
  });

  it('several arrivals at once: each takes the call over, and the last one is present', async () => {
    for (let round = 0; round < 4; round++) {
      const call = await pendingCall();
      const outcomes = await Promise.all([anna, ben, cleo].map((nurse) => nurse.command('HTTP', 'arrive', call.id)));
      expect(outcomes.map((outcome) => outcome.status)).toEqual([200, 200, 200]);
      const arrivals = (await logOf(anna.session, 'icu', call.id)).filter((event) => event.type === 'call.in_progress');
      expect(arrivals.map((event) => event.data.from)).toEqual(['pending', 'in_progress', 'in_progress']);
      const { by, call: last } = arrivals.at(-1).data;
      expect(last).toMatchObject({ version: 2, present_by: by });
      expect(await anna.call(call.id)).toMatchObject({ accepted_by: last.accepted_by, present_by: by });
    }
  });
});

describe('decline', () => {
  it('of a nurse who is neither a recipient nor accepted is refused with 403', async () => {
    const call = await pendingCall();
    expect((await dora.command('HTTP', 'decline', call.id)).status).toBe(403);
    await expectUnchanged(call);
  });

  it('keeps who was told among the recipients of the others', async () => {
    const call = await pendingCall();
    const first = asked(call);
    const declined = await first.command('HTTP', 'decline', call.id);
    const told = declined.call.recipients.map((recipient: AnyFrame) => recipient.staff_id);
    expect(told).toContain(first.id);
    expect(told).toHaveLength(2);
  });
});

describe('cancel', () => {
  interface Policy {
    station: boolean;
    onDuty: boolean;
    present: boolean;
  }
  const anyMember: Policy = { station: true, onDuty: true, present: true };
  const onDutyMember: Policy = { station: false, onDuty: true, present: true };
  const presentMember: Policy = { station: false, onDuty: false, present: true };
  const stationOrPresence: Policy = { station: true, onDuty: false, present: true };
  const stationOnly: Policy = { station: true, onDuty: false, present: false };
  const POLICIES: [string, Policy][] = [
    ['service_request', anyMember],
    ['patient_normal', anyMember],
    ['technical_fault', onDutyMember],
    ['cord_out', onDutyMember],
    ['bed_exit', presentMember],
    ['device_alarm', presentMember],
    ['staff_assist', stationOrPresence],
    ['bath_emergency', stationOnly],
    ['staff_emergency', stationOnly],
    ['code_blue', stationOnly],
  ];
  const RANK_2 = ['bath_emergency', 'staff_emergency', 'code_blue'];

  async function expectCancel(answer: Answer | Outcome, allowed: boolean, call: AnyFrame): Promise<void> {
    const outcome = 'body' in answer ? outcomeOf(answer) : answer;
    expect(outcome.status).toBe(allowed ? 200 : 403);
    if (allowed)
      expect(outcome.call).toMatchObject({
        id: call.id,
        state: 'cancelled',
        version: call.version + 1,
        cancelled_at: expect.any(String) as string,
      });
    else await expectUnchanged(call);
  }

  it.each(POLICIES)('%s: by the station it came from', async (type, policy) => {
    const call = await pendingCall(type);
    await expectCancel(await asStation(wardline, call.station_id)('POST', `/calls/${call.id as string}/cancel`, {}), policy.station, call);
  });

  it.each(POLICIES)('%s: by an on-duty nurse who is not present', async (type, policy) => {
    const call = await pendingCall(type);
    await expectCancel(await anna.command('HTTP', 'cancel', call.id), policy.onDuty, call);
  });

  it.each(POLICIES)('%s: by an on-duty nurse who has accepted, but is not present', async (type, policy) => {
    const call = await callIn('accepted', type);
    await expectCancel(await anna.command('HTTP', 'cancel', call.id), policy.onDuty, call);
  });

  it.each(POLICIES.filter(([type]) => !RANK_2.includes(type)))('%s: by the nurse who is present', async (type, policy) => {
    const call = await callIn('in_progress', type);
    await expectCancel(await anna.command('HTTP', 'cancel', call.id), policy.present, call);
  });

  it.each(POLICIES.filter(([type]) => !RANK_2.includes(type)))(
    '%s: by an on-duty nurse while another one is present',
    async (type, policy) => {
      const call = await callIn('in_progress', type);
      await expectCancel(await ben.command('HTTP', 'cancel', call.id), policy.onDuty, call);
    },
  );

  it.each(POLICIES)('%s: never by a nurse who is off duty, also not with a reason', async (type) => {
    const call = await pendingCall(type);
    await expectCancel(await dora.command('HTTP', 'cancel', call.id), false, call);
    await expectCancel(await dora.command('HTTP', 'cancel', call.id, { reason: 'it was nothing' }), false, call);
  });

  it.each(POLICIES)('%s: by a manager remotely with a reason, not without', async (type) => {
    const call = await pendingCall(type);
    const without = await manager.command('HTTP', 'cancel', call.id);
    expect([400, 403]).toContain(without.status);
    await expectUnchanged(call);
    await expectCancel(await manager.command('HTTP', 'cancel', call.id, { reason: 'pressed by a visitor' }), true, call);
  });

  it('by an admin remotely with a reason, not without', async () => {
    const call = await pendingCall('code_blue');
    expect([400, 403]).toContain((await admin.post(`/calls/${call.id as string}/cancel`, {})).status);
    await expectUnchanged(call);
    await expectCancel(await admin.post(`/calls/${call.id as string}/cancel`, { reason: 'a test of the line' }), true, call);
  });

  it('never lets the reason of a cancel or a decline into an event: free text stays in the record', async () => {
    const reason = `marker ${randomUUID()}`;
    const cancelled = await pendingCall();
    expect((await manager.command('HTTP', 'cancel', cancelled.id, { reason })).ok).toBe(true);
    const declined = await pendingCall();
    await asked(declined).command('HTTP', 'decline', declined.id, { reason });
    expect((await logOf(anna.session, 'icu', declined.id)).find((event) => event.data.reason === 'declined')).toBeDefined();
    expect(JSON.stringify(await readLog(anna.session, 'icu'))).not.toContain(reason);
    expect(JSON.stringify((await anna.session.get('/departments/icu/snapshot')).body)).not.toContain(reason);
    expect(wardline.log.join('\n')).not.toContain(reason);
  });

  it('by another station is refused: a station sees its own calls only', async () => {
    const call = await pendingCall();
    for (const station of wardline.firstRun.stations.filter(({ id }) => id !== call.station_id).slice(0, 20)) {
      const answer = await asStation(wardline, station.id)('POST', `/calls/${call.id as string}/cancel`, {});
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    }
    await expectUnchanged(call);
  });
});

describe('presence of rank 2', () => {
  const EMERGENCIES = ['bath_emergency', 'staff_emergency', 'code_blue'];

  it.each(EMERGENCIES)('%s: is never claimed from a phone', async (type) => {
    for (const stage of ['pending', 'accepted'] as const) {
      const call = await callIn(stage, type);
      for (const transport of TRANSPORTS) {
        const outcome = await anna.command(transport, 'arrive', call.id);
        expect(outcome.ok).toBe(false);
        if (outcome.status !== undefined) expect([403, 409]).toContain(outcome.status);
      }
      expect(await anna.call(call.id)).toMatchObject({ state: stage, version: call.version, present_at: null });
    }
  });

  it.each(EMERGENCIES)("%s: is shown at the room's station, then complete is in order and a remote cancel is still not", async (type) => {
    const call = await callIn('accepted', type);
    const presence = await asStation(wardline, call.station_id)('POST', `/calls/${call.id as string}/presence`, {});
    expect(presence.status).toBe(200);
    expect(presence.body).toMatchObject({
      id: call.id,
      state: 'in_progress',
      version: call.version + 1,
      present_at: expect.any(String) as string,
    });
    expect((await anna.command('HTTP', 'cancel', call.id)).status).toBe(403);
    expect((await ben.command('HTTP', 'cancel', call.id)).status).toBe(403);
    await expectUnchanged(presence.body);
    expect(await anna.command('HTTP', 'complete', call.id)).toMatchObject({ status: 200, call: { state: 'completed' } });
    expect((await logOf(anna.session, 'icu', call.id)).map((event) => event.type)).toEqual([
      'call.pending',
      'call.accepted',
      'call.in_progress',
      'call.completed',
    ]);
  });

  it("is not shown at another room's station, nor at another department's", async () => {
    const call = await callIn('accepted', 'code_blue');
    const others = wardline.firstRun.stations.filter((station) => station.room_id !== call.room_id);
    for (const station of [
      ...others.filter(({ dept }) => dept === 'icu').slice(0, 4),
      ...others.filter(({ dept }) => dept === 'med').slice(0, 2),
    ]) {
      expect((await asStation(wardline, station.id)('POST', `/calls/${call.id as string}/presence`, {})).status).toBe(404);
    }
    await expectUnchanged(call);
  });

  it('complete without it is refused with the call', async () => {
    const call = await callIn('accepted', 'staff_emergency');
    expectConflict(await anna.command('HTTP', 'complete', call.id), call);
  });

  it('after the call is closed is refused with 409 and the call', async () => {
    const call = await pendingCall('code_blue');
    const closed = await asStation(wardline, call.station_id)('POST', `/calls/${call.id as string}/cancel`, {});
    expect(closed.status).toBe(200);
    expectConflict(outcomeOf(await asStation(wardline, call.station_id)('POST', `/calls/${call.id as string}/presence`, {})), closed.body);
  });
});

describe('pressing again', () => {
  it('answers 200 with the same call and counts, without raising the version', async () => {
    const room = nextRoom();
    const first = await press(`${room}-bed`);
    for (let repeats = 1; repeats <= 5; repeats++) {
      const again = await press(`${room}-bed`);
      expect(again.status).toBe(200);
      expect(again.body).toMatchObject({ id: first.body.id, repeats, version: 1, state: 'pending', placed_at: first.body.placed_at });
    }
    // A repeat does not turn away a nurse who saw the first version.
    expect((await anna.command('HTTP', 'accept', first.body.id, { version: 1 })).status).toBe(200);
    expect((await press(`${room}-bed`)).body).toMatchObject({ id: first.body.id, repeats: 6, state: 'accepted', version: 2 });
  });

  it('many times at once is one call: one 201, all others 200, and none is lost', async () => {
    for (let round = 0; round < 3; round++) {
      const room = nextRoom();
      const answers = await Promise.all(Array.from({ length: 24 }, () => press(`${room}-bed`)));
      expect(answers.map((answer) => answer.status).sort()).toEqual([...Array<number>(23).fill(200), 201]);
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      expect(await anna.call(answers[0]?.body.id)).toMatchObject({ repeats: 23, version: 1 });
    }
  });

  it('appends call.repeated at most once a second, and does append it', async () => {
    const room = nextRoom();
    const { body: call } = await press(`${room}-bed`);
    for (let presses = 0; presses < 14; presses++) {
      await wardline.database.moveClock(0.3);
      await press(`${room}-bed`);
    }
    await wardline.database.moveClock(1.5);
    const last = await press(`${room}-bed`);
    expect(last.body.repeats).toBe(15);
    await wardline.database.moveClock(1.5);
    const repeated = await eventually(async () => {
      const events = (await logOf(anna.session, 'icu', call.id)).filter((event) => event.type === 'call.repeated');
      return events.at(-1)?.data.call.repeats === 15 ? events : undefined;
    }, 'the last press in the log');
    expect(repeated.length).toBeGreaterThanOrEqual(2);
    const times = repeated.map((event) => Date.parse(event.time));
    // The event's time is drawn a little after the decision: so not the whole second to the millisecond.
    for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThan(900);
  });

  it('after the call was closed opens a new one', async () => {
    const first = await callIn('completed');
    const again = await press(first.station_id);
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({ repeats: 0, supersedes: [], state: 'pending' });
    expect(again.body.id).not.toBe(first.id);
  });

  it('at the other station of the room, or in the next room, is a call of its own', async () => {
    const room = nextRoom();
    const answers = [await press(`${room}-bed`), await press(`${room}-bath`), await press(`${nextRoom()}-bed`)];
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(3);
  });

  it('with a more urgent kind opens a new call that names the old one', async () => {
    const room = nextRoom();
    const old = await press(`${room}-bed`, 'patient_normal');
    const urgent = await press(`${room}-bed`, 'staff_assist');
    expect(urgent.status).toBe(201);
    expect(urgent.body).toMatchObject({ type: 'staff_assist', supersedes: [old.body.id], repeats: 0 });
    expect(urgent.body.id).not.toBe(old.body.id);
    const most = await press(`${room}-bed`, 'code_blue');
    expect(most).toMatchObject({ status: 201, body: { supersedes: [urgent.body.id, old.body.id] } });
    const [event] = await logOf(anna.session, 'icu', urgent.body.id);
    expect(event).toMatchObject({ type: 'call.pending', data: { call: { supersedes: [old.body.id] } } });
    // And the same urgent kind again is a repeat of the urgent call.
    expect(await press(`${room}-bed`, 'code_blue')).toMatchObject({ status: 200, body: { id: most.body.id, repeats: 1 } });
  });
});

describe('version', () => {
  it.each(TRANSPORTS)('a stale one gets CALL_VERSION_STALE with the current call over %s', async (transport) => {
    const call = await callIn('accepted');
    for (const command of ['arrive', 'decline', 'cancel'] as const) {
      const outcome = await anna.command(transport, command, call.id, { version: 1 });
      expectConflict(outcome, call);
      expect(outcome.code).toBe('CALL_VERSION_STALE');
    }
    await expectUnchanged(call);
    expect(await anna.command(transport, 'arrive', call.id, { version: 2 })).toMatchObject({ ok: true, call: { version: 3 } });
  });

  it('rises by one with every change of state, and is the ETag', async () => {
    let call = await pendingCall();
    expect(call.version).toBe(1);
    for (const [command, version] of [
      ['accept', 2],
      ['decline', 3],
      ['accept', 4],
      ['arrive', 5],
      ['complete', 6],
    ] as const) {
      const outcome = await anna.command('HTTP', command, call.id, { version: version - 1 });
      expect(outcome).toMatchObject({ status: 200, call: { version } });
      call = outcome.call;
      expect((await anna.session.get(`/calls/${call.id as string}`)).headers.etag).toMatch(new RegExp(`^(W/)?"${String(version)}"$`));
    }
  });

  it.each([0, -1, 1.5, '1', null, 2 ** 53])('%s is not one: 400, and nothing happens', async (version) => {
    const call = await pendingCall();
    expect((await anna.command('HTTP', 'accept', call.id, { version })).status).toBe(400);
    await expectUnchanged(call);
  });
});

describe('timestamps', () => {
  it('placed, accepted, present, completed come in this order, and are not given before their time', async () => {
    const placed = await pendingCall();
    const accepted = (await anna.command('HTTP', 'accept', placed.id)).call;
    expect(accepted).toMatchObject({ placed_at: placed.placed_at, present_at: null, completed_at: null });
    const present = (await anna.command('HTTP', 'arrive', placed.id)).call;
    expect(present).toMatchObject({ placed_at: placed.placed_at, accepted_at: accepted.accepted_at, completed_at: null });
    const completed = (await anna.command('HTTP', 'complete', placed.id)).call;
    expect(completed).toMatchObject({ accepted_at: accepted.accepted_at, present_at: present.present_at, cancelled_at: null });
    const times = [completed.placed_at, completed.accepted_at, completed.present_at, completed.completed_at].map((time: string) =>
      Date.parse(time),
    );
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times).not.toContain(NaN);
    for (const time of [completed.placed_at, completed.completed_at]) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
  });

  it("are the server's clock", async () => {
    // It stays moved: time never goes back for the log.
    await wardline.database.moveClock(3600);
    const call = await pendingCall();
    expect(Date.parse(call.placed_at)).toBeGreaterThan(Date.now() + 3_500_000);
    const cancelled = await anna.command('HTTP', 'cancel', call.id);
    expect(Date.parse(cancelled.call.cancelled_at)).toBeGreaterThanOrEqual(Date.parse(call.placed_at));
  });

  it('annunciated is the first receipt by a target, not by a bystander', async () => {
    for (const person of [anna, dora]) expect((await person.socket.ask({ type: 'subscribe', dept: 'icu' })).type).toBe('ok');
    const call = await pendingCall('code_blue');
    for (const bystander of [dora, anna]) {
      const event = await bystander.socket.until((frame) => frame.type === 'call.pending' && frame.data.call_id === call.id);
      expect((await anna.call(call.id)).annunciated_at).toBeNull();
      bystander.socket.ws.send(JSON.stringify({ type: 'ack', dept: 'icu', seq: event.seq }));
      // The command behind the ack is answered after it was read.
      await bystander.socket.ask({ type: 'shift.start', data: { dept: 'no-such' } });
    }
    const told = await eventually(
      async () => ((await anna.call(call.id)).annunciated_at === null ? undefined : anna.call(call.id)),
      'the annunciation',
    );
    expect(Date.parse(told.annunciated_at)).toBeGreaterThanOrEqual(Date.parse(call.placed_at));
    expect(told).toMatchObject({ version: 1, state: 'pending' });
  });

  it('received is what a person has acknowledged up to, whoever acknowledges at the same time', async () => {
    const nurses = [anna, ben, cleo];
    for (const { socket } of nurses) expect((await socket.ask({ type: 'subscribe', dept: 'icu' })).type).toBe('ok');
    const calls = [await pendingCall('code_blue'), await pendingCall('code_blue')];
    const seqs: number[] = [];
    for (const call of calls)
      seqs.push((await cleo.socket.until((frame) => frame.type === 'call.pending' && frame.data.call_id === call.id)).seq as number);
    const receivers = async (call: AnyFrame): Promise<string[]> =>
      ((await anna.call(call.id)).annunciations as AnyFrame[])
        .filter((one) => one.received_at !== null)
        .map((one) => one.staff_id as string);
    const acknowledge = (people: Person[], seq = 0) => {
      for (const { socket } of people) socket.ws.send(JSON.stringify({ type: 'ack', dept: 'icu', seq }));
    };
    const received = (call: AnyFrame, by: Person[]) =>
      eventually(async () => ((await receivers(call)).length >= by.length ? true : undefined), 'the receipts').then(async () => {
        expect((await receivers(call)).sort()).toEqual(by.map(({ id }) => id).sort());
      });

    acknowledge(nurses, seqs[0]);
    await received(calls[0], nurses);
    expect(await receivers(calls[1])).toEqual([]);
    acknowledge([anna, ben], seqs[1]);
    await received(calls[1], [anna, ben]);
    // A call on a screen was sent to it, acknowledged or not.
    const isSent = async () =>
      ((await anna.call(calls[1].id)).annunciations as AnyFrame[]).filter((one) => one.sent_at !== null).length >= 3;
    await eventually(async () => ((await isSent()) ? true : undefined), 'the sendings');
  });
});

describe('who may see', () => {
  it('a call: members of the department and an admin; for others it does not exist', async () => {
    const call = await pendingCall();
    const path = `/calls/${call.id as string}`;
    for (const session of [anna.session, dora.session, manager.session, admin]) {
      expect((await session.get(path)).status).toBe(200);
      expect((await session.get('/calls?dept=icu&state=open')).body.items.map((one: AnyFrame) => one.id)).toContain(call.id);
    }
    for (const session of [stranger.session, strangeManager.session]) {
      const answer = await session.get(path);
      const unknown = await session.get(`/calls/${randomUUID()}`);
      expect(answer.status).toBe(404);
      expect({ ...answer.body.error, request_id: '' }).toEqual({ ...unknown.body.error, request_id: '' });
      expect((await session.get('/calls?state=open')).body.items.map((one: AnyFrame) => one.id)).not.toContain(call.id);
      expect((await session.get('/calls?dept=icu')).status).toBe(404);
    }
  });

  it('a station: its own calls', async () => {
    const room = nextRoom();
    const own = await press(`${room}-bed`);
    const others = await press(`${room}-bath`);
    const list = await asStation(wardline, `${room}-bed`)('GET', '/calls');
    expect(list.status).toBe(200);
    expect(JSON.stringify(list.body)).toContain(own.body.id);
    expect(JSON.stringify(list.body)).not.toContain(others.body.id);
  });

  it('a room of another department: raising there is answered like a room that does not exist', async () => {
    for (const transport of TRANSPORTS) {
      const foreign = await anna.raise(transport, { type: 'patient_normal', room_id: 'med-201' });
      const unknown = await anna.raise(transport, { type: 'patient_normal', room_id: 'xyz-999' });
      expect(foreign).toMatchObject({ ok: false, code: 'NOT_FOUND' });
      expect(foreign).toEqual(unknown);
    }
    expect((await stranger.session.get('/calls?dept=med&state=open')).body.items).toEqual([]);
  });

  it('events and snapshot of a department hold its calls only', async () => {
    const icu = await pendingCall('patient_normal', 'icu');
    const med = await pendingCall('patient_normal', 'med');
    const seen = JSON.stringify([await readLog(stranger.session, 'med'), (await stranger.session.get('/departments/med/snapshot')).body]);
    expect(seen).toContain(med.id);
    expect(seen).not.toContain(icu.id);
  });
});

describe('the list of calls', () => {
  it('is ordered by priority descending, then oldest first, and pages without loss', async () => {
    const types = ['patient_normal', 'code_blue', 'staff_assist', 'service_request', 'staff_assist', 'code_blue', 'patient_normal'];
    const placed: AnyFrame[] = [];
    for (const type of types) placed.push(await pendingCall(type));
    const wanted = placed.map((call, index) => ({ call, index })).sort((a, b) => b.call.priority - a.call.priority || a.index - b.index);
    const pages: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = await anna.session.get(
        `/calls?dept=icu&state=open&limit=2${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.status).toBe(200);
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      pages.push(...page.body.items.map((call: AnyFrame) => call.id));
      cursor = page.body.next_cursor;
    } while (cursor !== null);
    expect(pages).toEqual(wanted.map(({ call }) => call.id));
    const snapshot = await anna.session.get('/departments/icu/snapshot');
    expect(snapshot.body.data.calls.map((call: AnyFrame) => call.id)).toEqual(pages);
  });

  it('is read as a history from the latest press on, and pages without loss', async () => {
    const types = ['code_blue', 'patient_normal', 'staff_assist', 'service_request', 'code_blue'];
    const placed: string[] = [];
    for (const type of types) placed.push((await pendingCall(type)).id as string);
    const pages: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const at = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const page: Answer = await anna.session.get(`/calls?dept=icu&state=open&order=newest&limit=2${at}`);
      expect(page.status).toBe(200);
      pages.push(...page.body.items.map((call: AnyFrame) => call.id as string));
      cursor = page.body.next_cursor as string | null;
    }
    expect(pages).toEqual(placed.reverse());
    const byPriority = (await anna.session.get('/calls?dept=icu&state=open&limit=2')).body.next_cursor as string;
    const foreign = await anna.session.get(`/calls?dept=icu&order=newest&cursor=${encodeURIComponent(byPriority)}`);
    expect([foreign.status, foreign.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('is filtered by state', async () => {
    const [pending, accepted, inProgress] = [await callIn('pending'), await callIn('accepted'), await callIn('in_progress')];
    const [completed, cancelled] = [await callIn('completed'), await callIn('cancelled')];
    const ours = [pending, accepted, inProgress, completed, cancelled].map((call) => call.id as string);
    /** Those of the five that the list has, over all of its pages: the ward has calls of other tests. */
    const ids = async (state: string): Promise<string[]> => {
      const found: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { body } = await anna.session.get(`/calls?dept=icu&state=${state}&limit=200${cursor && `&cursor=${cursor}`}`);
        found.push(...body.items.map((call: AnyFrame) => call.id as string));
        cursor = body.next_cursor as string | null;
      }
      return ours.filter((id) => found.includes(id));
    };
    expect(await ids('pending')).toEqual([pending.id]);
    expect(await ids('accepted')).toEqual([accepted.id]);
    expect(await ids('in_progress')).toEqual([inProgress.id]);
    expect(await ids('open')).toEqual([pending.id, accepted.id, inProgress.id]);
    expect(await ids('completed')).toEqual([completed.id]);
    expect(await ids('cancelled')).toEqual([cancelled.id]);
    expect((await anna.session.get('/calls?dept=icu&state=sleeping')).status).toBe(400);
  });
});

describe('the end of a shift', () => {
  it.each(TRANSPORTS)('hands accepted calls on: pending again, reason shift_ended (%s)', async (transport) => {
    const call = await pendingCall();
    await dora.startShift('icu');
    expect((await dora.command('HTTP', 'accept', call.id)).ok).toBe(true);
    const before = await readLog(anna.session, 'icu');
    if (transport === 'HTTP')
      expect((await dora.session.send('DELETE', '/departments/icu/shifts/mine?confirm=true')).status).toBeLessThan(300);
    else expect((await dora.endShift('icu')).type).toBe('ok');
    const reopened = await eventually(
      async () =>
        (await logOf(anna.session, 'icu', call.id)).find((event) => event.type === 'call.pending' && event.data.reason === 'shift_ended'),
      'call.pending of reason shift_ended',
    );
    expect(reopened).toMatchObject({ critical: true, data: { call: { state: 'pending', version: 3, accepted_by: null } } });
    const after = (await readLog(anna.session, 'icu')).slice(before.length);
    expect(after.find((event) => event.type === 'nurse.shift_ended')).toMatchObject({ data: { staff_id: dora.id } });
    expect(await ben.command(transport, 'accept', call.id)).toMatchObject({ ok: true, call: { accepted_by: ben.id } });
    expect((await dora.command('HTTP', 'arrive', call.id)).status).toBe(403);
  });

  it('is refused while a call of theirs is in progress, and in order once it is finished', async () => {
    const call = await pendingCall();
    await dora.startShift('icu');
    expect((await dora.command('HTTP', 'arrive', call.id)).ok).toBe(true);
    const refused = await dora.session.send('DELETE', '/departments/icu/shifts/mine?confirm=true');
    expect(refused.status).toBe(409);
    expect((await dora.endShift('icu')).type).toBe('error');
    expect(await anna.call(call.id)).toMatchObject({ state: 'in_progress', accepted_by: dora.id });
    expect((await dora.command('HTTP', 'complete', call.id)).status).toBe(200);
    expect((await dora.endShift('icu')).type).toBe('ok');
  });

  it('leaves the calls of others alone', async () => {
    const call = await callIn('accepted');
    await dora.startShift('icu');
    expect((await dora.endShift('icu')).type).toBe('ok');
    await expectUnchanged(call);
  });

  it('takes the nurse from the staff on duty, and the start puts them there', async () => {
    const onDuty = async () => JSON.stringify((await anna.session.get('/departments/icu/snapshot')).body.data.staff);
    expect(await onDuty()).toContain(anna.id);
    await dora.startShift('icu');
    expect(await onDuty()).toContain(dora.id);
    await dora.endShift('icu');
    const late = await pendingCall();
    expect(late.recipients.map((recipient: AnyFrame) => recipient.staff_id)).not.toContain(dora.id);
  });
});

describe('the log of a department', () => {
  it('is contiguous from 1, in the order of its times, with unique ids', async () => {
    const events = await readLog(anna.session, 'icu');
    expect(events.length).toBeGreaterThan(50);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    const times = events.map((event) => Date.parse(event.time));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('marks what adds a recipient or reopens a call as critical, and nothing else', async () => {
    for (const event of await readLog(anna.session, 'icu')) {
      expect([event.type, event.critical]).toEqual([
        event.type,
        ['call.pending', 'call.escalated', 'call.unattended', 'department.unattended'].includes(event.type),
      ]);
    }
  });
});
