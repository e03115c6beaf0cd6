import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../../src/protocol/schemas/event-types.js';
import { breaches, check, RULES, type RuleName } from './check.js';
import { CRITICAL } from './streams.js';
import type { Asking, CallFacts, ClientHistory, Hearing, History, LogEvent, Seen } from './history.js';

const NURSE = 'staff:anna';
const STATION = 'station:s1';

type Draft = Partial<LogEvent> & { type: string };

/** A call as it is after each of its events. */
function facts(state: string, more: Partial<CallFacts> = {}): CallFacts {
  return { id: 'call-1', state, level: 0, version: 1, priority: 10, acceptedBy: null, round: 0, ...more };
}

/** A log of one department, numbered and chained. */
function chained(drafts: readonly Draft[]): LogEvent[] {
  return drafts.map((draft, n) => ({
    dept: 'icu',
    seq: n + 1,
    id: `event-${String(n + 1)}`,
    callId: 'call-1',
    actor: 'system',
    staffId: null,
    reason: null,
    level: null,
    repeat: null,
    call: null,
    digest: `says-${String(n + 1)}`,
    prevHash: n === 0 ? '' : `hash-${String(n)}`,
    hash: `hash-${String(n + 1)}`,
    hashFits: true,
    at: String(1000 + n),
    ...draft,
  }));
}

/** Pressed, climbed once, accepted by a nurse, and a notice in between. */
const LOG = chained([
  { type: 'call.pending', actor: STATION, call: facts('pending') },
  { type: 'call.escalated', reason: 'timeout', level: 1, call: facts('pending', { level: 1, priority: 11 }) },
  { type: 'notice.posted', callId: null },
  { type: 'call.accepted', actor: NURSE, call: facts('accepted', { level: 1, priority: 11, version: 2, acceptedBy: 'anna' }) },
]);

const seen = (seq: number): Seen => {
  const event = LOG[seq - 1];
  if (!event) throw new Error(`no event ${String(seq)}`);
  const { id, type, digest } = event;
  return { kind: 'event', seq, id, type, digest, critical: type === 'call.pending' || type === 'call.escalated' };
};
const picture = (seq: number, calls: readonly CallFacts[], more: Partial<Extract<Seen, { kind: 'snapshot' }>> = {}): Seen => ({
  kind: 'snapshot',
  epoch: 'e1',
  seq,
  calls,
  asked: null,
  ...more,
});

function reader(name: string, ...connections: Seen[][]): ClientHistory {
  return {
    name,
    dept: 'icu',
    connections: connections.map((one) => ({ server: 'node-1', seen: one, closed: null })),
    turnedAway: null,
    isPresent: true,
  };
}

/** Anna was asked by the press, and acknowledged it. */
const ASKED: Asking = {
  ...{ dept: 'icu', callId: 'call-1', staffId: 'anna', askedAfter: 0 },
  ...{ isReceived: true, isMissed: false, isAwaited: false, overdue: 6 },
};
const ANNA: Hearing = { staffId: 'anna', name: 'anna', acknowledged: { icu: 1 }, commanded: [], isMute: false };
const MUTE: Hearing = { staffId: 'mute', name: 'mute', acknowledged: {}, commanded: [], isMute: true };

/** A run in which all was as it should be; `change` makes it worse. */
function historyOf(change: Partial<History> = {}): History {
  return {
    log: LOG,
    heads: [{ dept: 'icu', seq: 4, hash: 'hash-4' }],
    calls: [
      {
        ...facts('accepted', { level: 1, priority: 11, version: 2, acceptedBy: 'anna' }),
        ...{
          dept: 'icu',
          type: 'patient_normal',
          rank: 1,
          repeats: 1,
          failsafeRepeats: 0,
          age: 9,
          overdue: null,
          isSuperseded: false,
          wasSuperseded: false,
          supersededBy: null,
          supersedes: [],
        },
      },
    ],
    askings: [ASKED],
    people: [ANNA, MUTE],
    clients: [
      reader('steady', [picture(0, []), seen(1), seen(2), seen(3), seen(4)]),
      reader('resumes', [picture(0, []), seen(1)], [{ kind: 'resumed', epoch: 'e1', after: 1, from: 2 }, seen(2), seen(3), seen(4)]),
      reader('slow', [picture(1, [facts('pending')]), seen(2), { kind: 'skipped', from: 3, to: 4 }]),
    ],
    acknowledged: [
      { key: 'k1', callId: 'call-1', event: 'call.pending', by: STATION },
      { key: 'k2', callId: 'call-1', event: null, by: STATION },
      { key: 'k3', callId: 'call-1', event: 'call.accepted', by: NURSE },
    ],
    askedAgain: [{ key: 'k3', what: 'accept', first: 'a', again: 'a' }],
    mustHave: { icu: 4 },
    audit: { ok: true, checked: 12, brokenAt: null },
    incidents: [],
    rules: { replayLimit: 1000, levelsSec: [2, 4, 6], receiptSec: 3 },
    ...change,
  };
}

/** The rules that a history breaks. */
function broken(history: History): RuleName[] {
  const verdict = check(history);
  return (Object.keys(RULES) as RuleName[]).filter((name) => verdict[name].length > 0);
}

/** A log in which one event is different. */
function logWith(seq: number, change: Partial<LogEvent>): LogEvent[] {
  return LOG.map((event) => (event.seq === seq ? { ...event, ...change } : event));
}

function clientsWith(...seenByOne: Seen[][]): Pick<History, 'clients'> {
  return { clients: [reader('one', ...seenByOne)] };
}

const pendingCall = {
  dept: 'icu',
  type: 'patient_normal',
  rank: 1,
  repeats: 0,
  failsafeRepeats: 0,
  overdue: -1,
  isSuperseded: false,
  wasSuperseded: false,
  supersededBy: null,
  supersedes: [],
};

/** An urgent call that names another one. */
function superseding(urgent: Partial<History['calls'][number]>, lesser: Partial<History['calls'][number]>): Pick<History, 'calls'> {
  const calls = [
    { ...facts('pending', { id: 'urgent' }), ...pendingCall, age: 1, rank: 2, supersedes: ['call-1'], ...urgent },
    { ...facts('pending'), ...pendingCall, age: 1, ...lesser },
  ];
  return { calls };
}

describe('the checker', () => {
  it('finds nothing in a run in which all was as it should be', () => {
    expect(check(historyOf())).toEqual(Object.fromEntries(Object.keys(RULES).map((name) => [name, []])));
    expect(breaches(check(historyOf()))).toBe(0);
  });

  it.each<[string, RuleName, Partial<History>]>([
    [
      'an acknowledged call that is not there',
      'acknowledged',
      { acknowledged: [{ key: 'k', callId: 'call-9', event: 'call.pending', by: STATION }] },
    ],
    [
      'an acknowledged accept that is not in the log',
      'acknowledged',
      { acknowledged: [{ key: 'k', callId: 'call-1', event: 'call.accepted', by: 'staff:ben' }] },
    ],
    [
      'two acknowledged accepts by one nurse, and one in the log',
      'acknowledged',
      { acknowledged: ['k1', 'k2'].map((key) => ({ key, callId: 'call-1', event: 'call.accepted', by: NURSE })) },
    ],
    [
      'a press again that was not counted',
      'acknowledged',
      { acknowledged: ['k1', 'k2'].map((key) => ({ key, callId: 'call-1', event: null, by: STATION })) },
    ],
    [
      'a key that is answered differently the second time',
      'one-answer',
      { askedAgain: [{ key: 'k', what: 'accept', first: 'a', again: 'b' }] },
    ],
    ['a hole that nothing covers', 'in-order', clientsWith([picture(0, []), seen(1), seen(2), seen(4)])],
    ['an event that comes twice', 'in-order', clientsWith([picture(0, []), seen(1), seen(2), seen(2), seen(3), seen(4)])],
    ['an event before any picture', 'in-order', clientsWith([seen(4)])],
    ['events in the wrong order', 'in-order', clientsWith([picture(0, []), seen(2), seen(1), seen(3), seen(4)])],
    [
      'a resume that steps over an event',
      'in-order',
      clientsWith([picture(0, []), seen(1)], [{ kind: 'resumed', epoch: 'e1', after: 1, from: 3 }, seen(3), seen(4)]),
    ],
    [
      'a skipped range that does not cover the hole',
      'in-order',
      clientsWith([picture(2, [facts('pending', { level: 1, priority: 11 })]), { kind: 'skipped', from: 4, to: 4 }]),
    ],
    ['a client that never heard the last event', 'nothing-missed', clientsWith([picture(0, []), seen(1), seen(2), seen(3)])],
    ['a client that never heard anything', 'nothing-missed', clientsWith([])],
    [
      'a resume from further on than the client had come',
      'nothing-missed',
      clientsWith([picture(0, []), seen(1)], [{ kind: 'resumed', epoch: 'e1', after: 3, from: 4 }, seen(4)]),
    ],
    ['a critical event that was skipped', 'critical-kept', clientsWith([picture(0, []), seen(1), { kind: 'skipped', from: 2, to: 4 }])],
    [
      'a failsafe repeat that was skipped, and no newer one came',
      'critical-kept',
      {
        log: logWith(2, { reason: 'timeout', level: 3, repeat: 1 }),
        ...clientsWith([picture(0, []), seen(1), { kind: 'skipped', from: 2, to: 3 }, seen(4)]),
      },
    ],
    [
      'a skipped range over what is not in the log',
      'critical-kept',
      clientsWith([picture(0, []), seen(1), seen(2), { kind: 'skipped', from: 3, to: 5 }]),
    ],
    [
      'a critical event that is not marked so',
      'critical-kept',
      clientsWith([picture(0, []), { ...seen(1), critical: false } as Seen, seen(2), seen(3), seen(4)]),
    ],
    ['an event that the log does not have', 'true-to-log', { log: LOG.slice(0, 3), heads: [{ dept: 'icu', seq: 3, hash: 'hash-3' }] }],
    ['an event with another id than in the log', 'true-to-log', { log: logWith(3, { id: 'another' }) }],
    ['an event that says something else in the log', 'true-to-log', { log: logWith(3, { digest: 'another' }) }],
    ['a picture that lacks an open call', 'snapshots', clientsWith([picture(1, []), seen(2), seen(3), seen(4)])],
    [
      'a picture that is ahead of its number',
      'snapshots',
      clientsWith([picture(1, [facts('accepted', { version: 2 })]), seen(2), seen(3), seen(4)]),
    ],
    [
      'a picture with a call that is in no event',
      'snapshots',
      clientsWith([picture(0, [facts('pending', { id: 'call-9' })]), seen(1), seen(2), seen(3), seen(4)]),
    ],
    [
      'a client that was told not to come back',
      'let-back-in',
      { clients: [{ ...reader('one', [picture(4, LOG[3]?.call ? [LOG[3].call] : [])]), turnedAway: '4401' }] },
    ],
    [
      'an epoch that changed',
      'let-back-in',
      clientsWith([picture(0, [])], [picture(0, [], { epoch: 'e2' }), seen(1), seen(2), seen(3), seen(4)]),
    ],
    [
      'a picture where the rest was owed',
      'let-back-in',
      clientsWith(
        [picture(1, [facts('pending')])],
        [picture(1, [facts('pending')], { asked: { after: 1, epoch: 'e1', head: 1 } }), seen(2), seen(3), seen(4)],
      ),
    ],
    [
      'a log that ends before what a client had seen of it',
      'let-back-in',
      clientsWith([picture(1, [facts('pending')], { asked: { after: 9, epoch: 'e1', head: 4 } }), seen(2), seen(3), seen(4)]),
    ],
    ['a hole in the database', 'log', { log: LOG.filter((event) => event.seq !== 3) }],
    ['a hash that does not follow from the one before', 'log', { log: logWith(3, { prevHash: 'another' }) }],
    ['a hash that is not the event’s', 'log', { log: logWith(2, { hashFits: false }) }],
    ['time that goes back', 'log', { log: logWith(4, { at: '5' }) }],
    ['a head that is not the last event', 'log', { heads: [{ dept: 'icu', seq: 5, hash: 'hash-5' }] }],
    ['events without a head', 'log', { heads: [] }],
    ['a broken audit record', 'audit', { audit: { ok: false, checked: 3, brokenAt: 4 } }],
    ['a node that died', 'processes', { incidents: ['node-1 ended by itself'] }],
    ['a receipt of a person who acknowledged less', 'receipts', { people: [{ ...ANNA, acknowledged: { icu: 0 } }] }],
    ['a receipt of a person who acknowledged only an earlier event', 'receipts', { askings: [{ ...ASKED, askedAfter: 1 }] }],
    ['a receipt of a person who did nothing', 'receipts', { askings: [{ ...ASKED, staffId: 'mute' }] }],
    ['a receipt that nobody misses', 'receipts', { askings: [{ ...ASKED, isReceived: false, isAwaited: true }] }],
    ['a call that is passed on although nobody missed it', 'receipts', { log: logWith(1, { reason: 'no_receipt' }) }],
    ['a person who is responsive again without a sign', 'receipts', { log: logWith(3, { type: 'nurse.responsive', staffId: 'mute' }) }],
    [
      'a clock that a closed call stops',
      'supersession',
      superseding({ state: 'completed' }, { supersededBy: 'urgent', isSuperseded: true }),
    ],
    ['a clock that a call of low rank stops', 'supersession', superseding({ rank: 1 }, { supersededBy: 'urgent', isSuperseded: true })],
    ['a clock that an urgent call does not stop', 'supersession', superseding({}, {})],
    [
      'a press again for a person that was skipped, and no newer one came',
      'critical-kept',
      {
        log: logWith(3, { type: 'call.repeated', callId: 'call-1', call: facts('accepted') }),
        ...clientsWith([picture(0, []), seen(1), seen(2), { kind: 'skipped', from: 3, to: 3 }, seen(4)]),
      },
    ],
  ])('finds %s', (_, rule, change) => {
    expect(broken(historyOf(change))).toContain(rule);
  });

  it('takes a skipped repeat of the failsafe where a newer one of the call came', () => {
    const repeat = (n: number): Draft => ({
      type: 'call.escalated',
      reason: 'timeout',
      level: 3,
      repeat: n,
      call: facts('pending', { level: 3, priority: 18 }),
    });
    const level = (n: number): Draft => ({
      type: 'call.escalated',
      reason: 'timeout',
      level: n,
      call: facts('pending', { level: n, priority: 18 }),
    });
    const log = chained([{ type: 'call.pending', call: facts('pending') }, level(1), level(2), level(3), repeat(1), repeat(2)]);
    const got = (seq: number): Seen => {
      const { id, type, digest } = log[seq - 1]!;
      return { kind: 'event', seq, id, type, digest, critical: true };
    };
    const through = [picture(0, []), got(1), got(2), got(3), got(4), { kind: 'skipped', from: 5, to: 5 } as Seen];
    const run = (...seenByOne: Seen[]): History => historyOf({ log, ...clientsWith(seenByOne) });
    expect(check(run(...through, got(6)))['critical-kept']).toEqual([]);
    expect(check(run(...through))['critical-kept']).toHaveLength(1);
    // The connection ended before the newer one, which the client resumed with.
    const resumed: Seen = { kind: 'resumed', epoch: 'e1', after: 5, from: 6 };
    expect(check(historyOf({ log, ...clientsWith(through, [resumed, got(6)]) }))['critical-kept']).toEqual([]);
  });

  it('takes a receipt of a later event, and one by a command', () => {
    expect(broken(historyOf({ people: [{ ...ANNA, acknowledged: { icu: 4 } }] }))).toEqual([]);
    expect(broken(historyOf({ people: [{ ...ANNA, acknowledged: {}, commanded: ['call-1'] }] }))).toEqual([]);
    const due = { ...ASKED, isReceived: false, isAwaited: true, overdue: 1 };
    expect(broken(historyOf({ askings: [due] }))).toEqual([]);
  });

  it('takes clocks that an open urgent call stops, and those of calls that have closed', () => {
    expect(broken(historyOf(superseding({}, { supersededBy: 'urgent', isSuperseded: true })))).not.toContain('supersession');
    expect(broken(historyOf(superseding({}, { state: 'completed' })))).not.toContain('supersession');
  });

  it("has the server's critical events, and no other", () => {
    const critical = Object.entries(EVENT_TYPES).filter(([, type]) => type.critical === true);
    expect(critical.map(([name]) => name).sort()).toEqual([...CRITICAL].sort());
  });

  it('has every rule broken by some history above or below', () => {
    // A new rule brings a history that breaks it.
    expect(Object.keys(RULES).sort()).toEqual([
      'acknowledged',
      'audit',
      'critical-kept',
      'in-order',
      'ladders',
      'let-back-in',
      'log',
      'nothing-missed',
      'one-answer',
      'processes',
      'receipts',
      'snapshots',
      'supersession',
      'true-to-log',
    ]);
  });

  describe('on the ladder', () => {
    /** Only the call's own story counts here: nobody watches. */
    const story = (drafts: readonly Draft[], call: Partial<History['calls'][number]>): History => {
      const log = chained(drafts);
      return historyOf({
        log,
        heads: [{ dept: 'icu', seq: log.length, hash: `hash-${String(log.length)}` }],
        calls: [{ ...facts('pending'), ...pendingCall, age: 1, ...call }],
        clients: [],
        acknowledged: [],
        askedAgain: [],
      });
    };
    const pressed: Draft = { type: 'call.pending', call: facts('pending') };
    const climbed = (level: number, more: Draft = { type: 'call.escalated' }): Draft => ({
      reason: 'timeout',
      level,
      call: facts('pending', { level, priority: 10 + ([0, 1, 3, 8][level] ?? 0) }),
      ...more,
    });
    const accepted: Draft = { type: 'call.accepted', call: facts('accepted') };
    const present: Draft = { type: 'call.in_progress', call: facts('in_progress', { level: 1, priority: 11 }) };
    const again = (level: number, round: number): Draft => ({
      type: 'call.pending',
      reason: 'pressed_again',
      call: facts('pending', { level, round, priority: 11 }),
    });
    const inRound1: Draft = {
      type: 'call.escalated',
      reason: 'timeout',
      level: 1,
      call: facts('pending', { level: 1, round: 1, priority: 12 }),
    };

    it('takes a call that is pressed again in progress: each level once a round, and the priority of both', () => {
      const history = story([pressed, climbed(1), present, again(0, 1), inRound1], { level: 1, round: 1, priority: 12 });
      expect(broken(history)).toEqual([]);
    });

    it.each<[string, readonly Draft[], Partial<History['calls'][number]>]>([
      ['a new round of a call that nobody attended', [pressed, climbed(1), again(0, 1)], { round: 1, priority: 11 }],
      ['a new round that does not begin at level 0', [pressed, climbed(1), present, again(1, 1)], { level: 1, round: 1, priority: 11 }],
      ['a new round that its call does not count', [pressed, climbed(1), present, again(0, 0)], { round: 0, priority: 11 }],
    ])('finds %s', (_, drafts, call) => {
      expect(broken(story(drafts, call))).toContain('ladders');
    });

    const due: Draft = { type: 'call.attendance_due', call: facts('in_progress', { level: 1, priority: 11 }) };
    const unattended: Draft = { ...again(0, 1), reason: 'attendance_timeout' };

    it('takes a call that nobody attends any more, after the person was asked', () => {
      expect(broken(story([pressed, climbed(1), present, due, unattended], { round: 1, priority: 11 }))).toEqual([]);
    });

    it.each<[string, readonly Draft[]]>([
      ['an attendance that ends without a question', [pressed, climbed(1), present, unattended]],
      ['an attendance that ends although it was renewed', [pressed, climbed(1), present, due, present, unattended]],
    ])('finds %s', (_, drafts) => {
      expect(broken(story(drafts, { round: 1, priority: 11 }))).toContain('ladders');
    });

    const stopped: Draft = { type: 'call.superseded', call: facts('pending') };
    const goesOn: Draft = { type: 'call.resumed', call: facts('pending') };
    const still = { isSuperseded: true, wasSuperseded: true, overdue: null };

    it('takes a call whose clocks an urgent one stops, and that climbs after it, later than it would have', () => {
      expect(broken(story([pressed, stopped], { ...still, age: 90 }))).toEqual([]);
      const resumed = { level: 1, priority: 11, age: 90, wasSuperseded: true };
      expect(broken(story([pressed, stopped, goesOn, climbed(1)], resumed))).toEqual([]);
    });

    const nobody: Draft = { type: 'call.unattended', reason: 'nobody_reachable', at: '2000', call: facts('pending') };

    it('takes a call without anybody to ask, which passes levels on at once although its clocks are stopped', () => {
      const passed = climbed(1, { type: 'call.escalated', at: '2000' });
      expect(broken(story([pressed, stopped, nobody, passed], { ...still, level: 1, priority: 11 }))).toEqual([]);
    });

    it.each<[string, readonly Draft[], Partial<History['calls'][number]>]>([
      ['a later level of a call that was unattended', [pressed, stopped, nobody, climbed(1)], { ...still, level: 1, priority: 11 }],
      ['a level of a stopped clock', [pressed, stopped, climbed(1)], { ...still, level: 1, priority: 11 }],
      [
        'a missed receipt of a stopped clock',
        [pressed, stopped, { type: 'call.pending', reason: 'no_receipt', call: facts('pending') }],
        still,
      ],
      [
        'a question about attendance of a stopped clock',
        [pressed, climbed(1), present, stopped, due],
        { ...still, state: 'in_progress', level: 1, priority: 11 },
      ],
      ['a clock that stops twice', [pressed, stopped, stopped], still],
      ['a clock that goes on without having stopped', [pressed, goesOn], {}],
      ['a clock that the row says is stopped, and the log does not', [pressed], still],
      ['a clock that has gone on by the log, and not by the row', [pressed, stopped, goesOn], still],
      ['a stopped clock with a deadline', [pressed, stopped], { ...still, overdue: -1 }],
      ['a call that does not go on when its urgent one has closed', [pressed, stopped, goesOn], { wasSuperseded: true, overdue: 30 }],
    ])('finds %s', (_, drafts, call) => {
      expect(broken(story(drafts, call))).toContain('ladders');
    });

    it('takes a call that climbs all the way, and is told of again', () => {
      const again = climbed(3, { type: 'call.escalated', repeat: 1 });
      const history = story([pressed, climbed(1), climbed(2), climbed(3), again], { level: 3, priority: 18, failsafeRepeats: 1, age: 9 });
      expect(broken(history)).toEqual([]);
    });

    it.each<[string, readonly Draft[], Partial<History['calls'][number]>]>([
      ['a level that happens twice', [pressed, climbed(1), climbed(1)], { level: 1, priority: 11 }],
      ['a level that is left out', [pressed, climbed(2)], { level: 2, priority: 12 }],
      ['a level that should have happened by now', [pressed], { age: 9 }],
      ['a deadline that nobody looks after', [pressed], { overdue: 30 }],
      ['an escalation after the accept', [pressed, accepted, climbed(1)], { state: 'accepted', level: 1, priority: 11 }],
      [
        'an escalation that carries an accepted call',
        [pressed, { ...climbed(1), call: facts('accepted', { level: 1 }) }],
        { level: 1, priority: 11 },
      ],
      [
        'an escalation of a completed call',
        [
          pressed,
          accepted,
          { type: 'call.in_progress', call: facts('in_progress') },
          { type: 'call.completed', call: facts('completed') },
          climbed(1),
        ],
        { state: 'completed', level: 1, priority: 11, overdue: null },
      ],
      ['two accepts of one call', [pressed, accepted, accepted], { state: 'accepted', overdue: null }],
      [
        'a repeat before the last level',
        [pressed, climbed(1), climbed(1, { type: 'call.escalated', repeat: 1 })],
        { level: 1, priority: 11, failsafeRepeats: 1 },
      ],
      [
        'a repeat that comes twice',
        [
          pressed,
          climbed(1),
          climbed(2),
          climbed(3),
          climbed(3, { type: 'call.escalated', repeat: 1 }),
          climbed(3, { type: 'call.escalated', repeat: 1 }),
        ],
        { level: 3, priority: 18, failsafeRepeats: 1 },
      ],
      [
        'a lost nurse who changes the level',
        [pressed, climbed(1, { type: 'call.escalated', reason: 'nurse_disconnected' })],
        { level: 0, priority: 11 },
      ],
      ['a row that is not what its log says', [pressed, accepted], { state: 'pending' }],
      ['a row at another level than its log', [pressed], { level: 1, priority: 11 }],
      ['a priority that does not follow from the levels', [pressed], { priority: 12 }],
      ['a call that begins with something else than a press', [accepted], { state: 'accepted', overdue: null }],
    ])('finds %s', (_, drafts, call) => {
      expect(broken(story(drafts, call))).toContain('ladders');
    });

    it('finds a call that is in the log and not in its table', () => {
      expect(broken({ ...story([pressed], {}), calls: [] })).toContain('ladders');
    });
  });
});
