import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asStation, type AnyFrame } from '../../../support/clients/client.js';
import { type Member, toldOf, Ward } from '../../../support/ward.js';
import { eventually } from '../../../support/eventually.js';

/** `MODEL_SEED` repeats a run that failed, `MODEL_SECONDS` makes it longer. */
const SEED = process.env['MODEL_SEED'];
const BUDGET_MS = Number(process.env['MODEL_SECONDS'] ?? 20) * 1000;
const MAX_COMMANDS = 30;
const NURSES = ['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3', 'icu-nurse-4'];
const STATIONS = ['icu-101-bed', 'icu-102-bed', 'icu-103-bed', 'icu-104-bed', 'icu-105-bed'];
const TYPES = { patient_normal: 0, bed_exit: 1, staff_assist: 1 } as const;
type CallType = keyof typeof TYPES;
const DEADLINES = [90, 180, 300];
const PRIORITY_SUMS = [0, 1, 3, 8];
const REPEAT_SEC = 60;
const GRACE_SEC = 60;
const MANAGER_BUFFER_SEC = 180;
const PRESS_AGAIN_SEC = 60;
const STILL_ARRIVING_SEC = 10;
const ATTENDANCE_SEC = 300;
const ANSWER_SEC = 120;
/** A deadline is never this near when something is looked at: a slow machine must not decide. */
const CLEAR_SEC = 12;

let ward: Ward;
let nurses: Member[];
let manager: Member;

beforeAll(async () => {
  ward = await Ward.open({
    CALL_PRESENCE_SEC: '86400',
    CALL_ATTENDANCE_SEC: String(ATTENDANCE_SEC),
    SESSION_IDLE_SEC: '400000',
    SESSION_ABSOLUTE_SEC: '800000',
  });
  nurses = await Promise.all(NURSES.map((name) => ward.member(name)));
  manager = await ward.member('icu-manager');
});
afterAll(() => ward.stop());

interface ModelCall {
  id: string;
  station: string;
  type: CallType;
  state: 'pending' | 'accepted' | 'in_progress' | 'completed' | 'cancelled';
  level: number;
  acceptedBy: number | undefined;
  /** The times of placement and of the last acceptance; the seconds spent accepted, in all. */
  placedAt: number;
  acceptedAt: number;
  stoodSec: number;
  told: Set<string>;
  declined: Set<number>;
  disconnections: number;
  round: number;
  /** Priority that the levels of earlier rounds have brought. */
  earned: number;
  /** The start of the round. */
  roundAt: number;
  /** The last arrival. */
  attendedAt: number;
  /** A press came while a person was present. */
  isPressedAgain: boolean;
  /** When the person who is present was asked whether they still are. */
  askedAt: number | undefined;
  repeats: number;
}

interface ModelNurse {
  onDuty: boolean;
  connected: boolean;
  /** When the last connection closed. */
  goneAt: number;
  /** The grace has run out: out of the queue until back. */
  lost: boolean;
}

/** The time of the ward, in seconds. */
async function clock(): Promise<number> {
  const [row] = await ward.wardline.database.query<{ now: string }>('SELECT extract(epoch FROM app_now()) AS now');
  return Number(row!.now);
}

const seconds = (time: string) => Date.parse(time) / 1000;

/**
 * The ward's state by the rules alone. The time is the database's, so that model and server cannot drift apart; nothing else
 * is read from it.
 */
class Model {
  readonly nurses: ModelNurse[] = NURSES.map(() => ({ onDuty: false, connected: false, goneAt: 0, lost: false }));
  readonly manager: { connected: boolean; goneAt: number };
  /** Nurses in the department's queue, by index. */
  queue: number[] = [];
  readonly calls: ModelCall[] = [];
  readonly offline = NURSES.map(() => 0);

  /** @param isManaged the manager is connected, or long gone */
  constructor(
    readonly firstSeq: number,
    isManaged: boolean,
  ) {
    this.manager = { connected: isManaged, goneAt: 0 };
  }

  open(): ModelCall[] {
    return this.calls.filter((call) => ['pending', 'accepted', 'in_progress'].includes(call.state));
  }

  pick(index: number): ModelCall | undefined {
    return this.calls.length === 0 ? undefined : this.calls[index % this.calls.length];
  }

  /** The next person for the call: people who hold no call come first. Within its grace a nurse is reachable. */
  next(call?: ModelCall): number | undefined {
    const able = this.queue.filter((nurse) => !call?.told.has(nurses[nurse]!.id));
    const holds = (nurse: number) => this.open().some((one) => one.state !== 'pending' && one.acceptedBy === nurse);
    return able.find((nurse) => !holds(nurse)) ?? able[0];
  }

  nurseIsReachable(nurse: number, now: number): boolean {
    const { connected, goneAt } = this.nurses[nurse]!;
    return connected || now < goneAt + GRACE_SEC;
  }

  /** Nobody on duty can be asked: levels 1 and 2 pass at once, and 3 when nobody at all can be reached. */
  leaveUnattended(call: ModelCall, now: number): void {
    const nurse = NURSES.some((_, index) => !call.declined.has(index) && this.nurseIsReachable(index, now));
    call.level = Math.max(call.level, nurse || this.managerIsReachable(now, MANAGER_BUFFER_SEC) ? 2 : 3);
  }

  /** The call starts again: the person who was present is asked alone, if they can be reached. @returns the nurse whose turn it is otherwise */
  startAgain(call: ModelCall, now: number): void {
    const holder = call.acceptedBy;
    Object.assign(call, {
      state: 'pending',
      acceptedBy: undefined,
      round: call.round + 1,
      roundAt: now,
      stoodSec: 0,
      isPressedAgain: false,
    });
    Object.assign(call, { earned: call.earned + PRIORITY_SUMS[call.level]!, level: 0, askedAt: undefined });
    call.told.clear();
    call.declined.clear();
    if (call.type === 'staff_assist') return;
    if (holder !== undefined && this.nurseIsReachable(holder, now)) call.told.add(nurses[holder]!.id);
    else {
      const next = this.next(call);
      if (next === undefined) this.leaveUnattended(call, now);
      else {
        this.toTail(next);
        call.told.add(nurses[next]!.id);
      }
    }
  }

  toTail(nurse: number): void {
    this.queue = [...this.queue.filter((one) => one !== nurse), nurse];
  }

  managerIsReachable(now: number, withinSec: number): boolean {
    return this.manager.connected || now < this.manager.goneAt + withinSec;
  }

  /** True when a recipient who has not declined may still come. */
  hasWilling(call: ModelCall, now: number): boolean {
    const nurse = this.queue.some((one) => call.told.has(nurses[one]!.id) && !call.declined.has(one));
    return nurse || (call.told.has(manager.id) && this.managerIsReachable(now, GRACE_SEC));
  }

  /** The call is pending (again), and the next nurse is asked; where nobody is left, everybody, and levels 1 and 2 pass at once. */
  passOn(call: ModelCall, now: number): number | undefined {
    if (call.state === 'accepted') call.stoodSec += now - call.acceptedAt;
    call.state = 'pending';
    call.acceptedBy = undefined;
    const next = this.next(call);
    if (next !== undefined) this.toTail(next);
    else if (!this.hasWilling(call, now)) this.leaveUnattended(call, now);
    return next;
  }
}

interface Real {
  ward: Ward;
}

function priorityOf(call: ModelCall): number {
  return TYPES[call.type] * 10 + PRIORITY_SUMS[call.level]! + call.earned + call.disconnections;
}

/** The server's call is the model's. */
async function expectSame(call: ModelCall): Promise<AnyFrame> {
  const now = await ward.call(call);
  expect(now).toMatchObject({ state: call.state, level: call.level, priority: priorityOf(call), round: call.round, repeats: call.repeats });
  expect(now.accepted_by).toBe(call.acceptedBy === undefined ? now.accepted_by : nurses[call.acceptedBy]!.id);
  if (call.state === 'pending') expect(now.accepted_by).toBeNull();
  // While the call is pending, recipients stay recipients.
  if (call.state === 'pending') expect(toldOf(now)).toEqual(expect.arrayContaining([...call.told]));
  return now;
}

/** The people whom the call asks now. */
function askedOf(call: AnyFrame): string[] {
  return (call.recipients as AnyFrame[]).filter((one) => one.withdrawn_at === null).map((one) => one.staff_id as string);
}

/** Takes over the further recipients, after a check that each may be one. */
function takeOver(model: Model, call: ModelCall, now: AnyFrame): void {
  const added = askedOf(now).filter((id) => !call.told.has(id));
  for (const id of added) {
    const nurse = nurses.findIndex((one) => one.id === id);
    if (nurse >= 0 && call.level < 2) expect(model.nurses[nurse]).toMatchObject({ onDuty: true });
    call.told.add(id);
  }
}

/** One more nurse was asked: the next in the queue, who went to the tail. */
async function expectPassedOn(model: Model, call: ModelCall): Promise<void> {
  const next = model.passOn(call, await clock());
  const before = new Set(call.told);
  const now = await expectSame(call);
  if (next !== undefined) expect(askedOf(now).filter((id) => !before.has(id))).toEqual([nurses[next]!.id]);
  // The rest of its deadlines has moved on by the time spent accepted in this round.
  const beforeRound = call.roundAt - call.placedAt;
  if (call.level < 3)
    expect(Math.abs((await ward.deadline(call))! - beforeRound - DEADLINES[call.level]! - call.stoodSec)).toBeLessThan(CLEAR_SEC / 2);
  takeOver(model, call, now);
}

/** Nobody else can have been asked. */
async function expectQueue(model: Model): Promise<void> {
  const order = [...model.queue];
  await readQueue(model);
  expect(model.queue).toEqual(order);
}

/** An outsider cannot know the order of the people asked meanwhile: the queue is read again. */
async function readQueue(model: Model): Promise<void> {
  const rows = await ward.wardline.database.query<{ staff_id: string }>(
    `SELECT staff_id FROM shifts WHERE dept_id = 'icu' AND ended_at IS NULL AND queue_position IS NOT NULL ORDER BY queue_position`,
  );
  const order = rows.map((row) => nurses.findIndex((nurse) => nurse.id === row.staff_id));
  expect([...order].sort()).toEqual([...model.queue].sort());
  model.queue = order;
}

/** People who came were asked for the calls that wait; whom, and for which, the dispatch tests say. */
async function takeOverArrivals(model: Model): Promise<void> {
  await eventually(async () => {
    const [table] = await ward.wardline.database.query<{ there: boolean }>(`SELECT to_regclass('duty_arrivals') IS NOT NULL AS there`);
    if (!table?.there) return true;
    return (await ward.wardline.database.query('SELECT 1 FROM duty_arrivals')).length === 0 ? true : undefined;
  }, 'the asking of people who came');
  for (const call of model.open()) takeOver(model, call, await ward.call(call));
  await readQueue(model);
}

/** All triggered work is done: people who left are out of the queue, and their calls have moved on. */
async function expectHandedOn(model: Model, calls: ModelCall[]): Promise<void> {
  for (const call of calls) {
    const now = await ward.until(
      call,
      (one) => one.state === 'pending' && one.priority - PRIORITY_SUMS[one.level]! === TYPES[call.type] * 10 + call.disconnections,
      `pending, ${String(call.disconnections)} disconnections`,
    );
    if (call.state === 'accepted') call.stoodSec += (await clock()) - call.acceptedAt;
    call.state = 'pending';
    call.acceptedBy = undefined;
    expect(now.level).toBeGreaterThanOrEqual(call.level);
    call.level = now.level;
    takeOver(model, call, now);
  }
}

/** The level that is due for the call now, levels that find nobody passing on at once. */
function levelDue(model: Model, call: ModelCall, now: number): number {
  const elapsed = now - call.roundAt - call.stoodSec;
  const due = DEADLINES.filter((deadline) => deadline <= elapsed).length;
  let level = call.level;
  let passedOn = false;
  while (level < 3 && (due > level || passedOn)) {
    level++;
    if (call.type === 'staff_assist') continue;
    const addsManager = !call.told.has(manager.id) && model.managerIsReachable(now, MANAGER_BUFFER_SEC);
    passedOn = level === 1 ? model.next(call) === undefined : level === 2 && !addsManager;
  }
  return level;
}

let done = 0;

abstract class Step implements fc.AsyncCommand<Model, Real> {
  abstract check(model: Readonly<Model>): boolean;
  abstract act(model: Model): Promise<void>;
  async run(model: Model): Promise<void> {
    await this.act(model);
    done++;
  }
  abstract toString(): string;
}

class Press extends Step {
  constructor(
    readonly station: string,
    readonly type: CallType,
  ) {
    super();
  }
  check(model: Model): boolean {
    // A broadcast to nobody is another question; and a station has one open call of a kind, and what is more urgent supersedes.
    if (this.type === 'staff_assist' && model.queue.length === 0) return false;
    return !model.open().some((call) => call.station === this.station);
  }
  async act(model: Model): Promise<void> {
    const answer = await ward.pressAt(this.station, this.type);
    const call: ModelCall = {
      ...{ id: answer.id, station: this.station, type: this.type, state: 'pending', level: 0, acceptedBy: undefined },
      ...{ placedAt: seconds(answer.placed_at), acceptedAt: 0, stoodSec: 0 },
      ...{
        told: new Set<string>(),
        declined: new Set<number>(),
        disconnections: 0,
        round: 0,
        earned: 0,
        roundAt: seconds(answer.placed_at),
      },
      ...{ attendedAt: 0, isPressedAgain: false, askedAt: undefined, repeats: 0 },
    };
    model.calls.push(call);
    if (this.type === 'staff_assist') {
      const everybody = NURSES.flatMap((_, index) => (model.nurses[index]!.onDuty ? [nurses[index]!.id] : []));
      expect(toldOf(answer).sort()).toEqual([...everybody, manager.id].sort());
    } else {
      const next = model.next();
      if (next === undefined) {
        model.leaveUnattended(call, await clock());
        expect(toldOf(answer)).toContain(manager.id);
      } else {
        expect(toldOf(answer)).toEqual([nurses[next]!.id]);
        model.toTail(next);
      }
    }
    for (const id of toldOf(answer)) call.told.add(id);
    await expectSame(call);
  }
  toString(): string {
    return `press(${this.station}, ${this.type})`;
  }
}

abstract class Command extends Step {
  constructor(
    readonly nurse: number,
    readonly index: number,
  ) {
    super();
  }
  abstract readonly name: string;
  check(model: Model): boolean {
    const call = model.pick(this.index);
    return call !== undefined && model.nurses[this.nurse]!.onDuty && this.makesSense(call);
  }
  makesSense(_call: ModelCall): boolean {
    return true;
  }
  toString(): string {
    return `${this.name}(nurse ${String(this.nurse)}, call ${String(this.index)})`;
  }
}

class Accept extends Command {
  readonly name = 'accept';
  // Accepting one's own again is another question.
  override makesSense(call: ModelCall): boolean {
    return call.acceptedBy !== this.nurse;
  }
  async act(model: Model): Promise<void> {
    const call = model.pick(this.index)!;
    const outcome = await nurses[this.nurse]!.command('accept', call);
    if (call.state === 'pending') {
      expect(outcome).toMatchObject({ ok: true, call: { state: 'accepted' } });
      call.state = 'accepted';
      call.acceptedBy = this.nurse;
      call.acceptedAt = seconds(outcome.call.accepted_at);
    } else {
      expect(outcome).toMatchObject({ ok: false, status: 409 });
      if (call.state === 'accepted') expect(outcome.code).toBe('CALL_ALREADY_ACCEPTED');
    }
    await expectSame(call);
  }
}

class Decline extends Command {
  readonly name = 'decline';
  override makesSense(call: ModelCall): boolean {
    const who = this.who(call);
    if (call.declined.has(who) || call.type === 'staff_assist') return false;
    return call.state === 'accepted' || (call.state === 'pending' && call.told.has(nurses[who]!.id));
  }
  /** Once it is accepted only one person may. */
  private who(call: ModelCall): number {
    return call.acceptedBy ?? this.nurse;
  }
  async act(model: Model): Promise<void> {
    const call = model.pick(this.index)!;
    const who = this.who(call);
    await nurses[who]!.does('decline', call);
    call.told.add(nurses[who]!.id);
    call.declined.add(who);
    await expectPassedOn(model, call);
    await expectQueue(model);
  }
}

class Arrive extends Command {
  readonly name = 'arrive';
  async act(model: Model): Promise<void> {
    const call = model.pick(this.index)!;
    const outcome = await nurses[this.nurse]!.command('arrive', call);
    if (model.open().includes(call)) {
      // A colleague takes it over; one's own arrival renews the attendance.
      expect(outcome).toMatchObject({ ok: true, call: { state: 'in_progress', accepted_by: nurses[this.nurse]!.id } });
      Object.assign(call, {
        state: 'in_progress',
        acceptedBy: this.nurse,
        attendedAt: await clock(),
        isPressedAgain: false,
        askedAt: undefined,
      });
    } else {
      expect(outcome.ok).toBe(false);
    }
    await expectSame(call);
  }
}

/** The button of an open call is pressed again. */
class PressAgain extends Step {
  constructor(readonly index: number) {
    super();
  }
  check(model: Model): boolean {
    const call = model.pick(this.index);
    return call !== undefined && model.open().includes(call);
  }
  async act(model: Model): Promise<void> {
    const call = model.pick(this.index)!;
    const before = await clock();
    const since = before - call.attendedAt;
    const holder = call.state === 'in_progress' ? model.nurses[call.acceptedBy!]! : undefined;
    const unclear = [
      ...[STILL_ARRIVING_SEC, PRESS_AGAIN_SEC].map((at) => since - at),
      ...(holder ? [before - holder.goneAt - GRACE_SEC] : []),
    ];
    if (holder && unclear.some((left) => Math.abs(left) < CLEAR_SEC / 2)) return;
    const answer = await asStation(ward.wardline, call.station)('POST', '/calls', { type: call.type });
    expect(answer).toMatchObject({ status: 200, body: { id: call.id } });
    call.repeats++;
    if (holder && (since >= PRESS_AGAIN_SEC || !model.nurseIsReachable(call.acceptedBy!, before))) model.startAgain(call, await clock());
    else if (holder && since >= STILL_ARRIVING_SEC) call.isPressedAgain = true;
    takeOver(model, call, await expectSame(call));
  }
  toString(): string {
    return `pressAgain(call ${String(this.index)})`;
  }
}

class Complete extends Command {
  readonly name = 'complete';
  async act(model: Model): Promise<void> {
    const call = model.pick(this.index)!;
    const outcome = await nurses[this.nurse]!.command('complete', call);
    if (call.state === 'in_progress' && call.acceptedBy === this.nurse) {
      expect(outcome.ok).toBe(true);
      call.state = 'completed';
    } else {
      expect(outcome.ok).toBe(false);
    }
    await expectSame(call);
  }
}

class Cancel extends Command {
  readonly name = 'cancel';
  override makesSense(call: ModelCall): boolean {
    return call.type === 'patient_normal';
  }
  async act(model: Model): Promise<void> {
    const call = model.pick(this.index)!;
    const isOpen = model.open().includes(call);
    const outcome = await nurses[this.nurse]!.command('cancel', call);
    expect(outcome.ok).toBe(isOpen);
    if (isOpen) call.state = 'cancelled';
    await expectSame(call);
  }
}

abstract class OfNurse extends Step {
  constructor(readonly nurse: number) {
    super();
  }
  abstract readonly name: string;
  toString(): string {
    return `${this.name}(nurse ${String(this.nurse)})`;
  }
}

class StartShift extends OfNurse {
  readonly name = 'startShift';
  check(model: Model): boolean {
    const { onDuty, connected } = model.nurses[this.nurse]!;
    return !onDuty && connected;
  }
  async act(model: Model): Promise<void> {
    await nurses[this.nurse]!.startShift('icu');
    model.nurses[this.nurse]!.onDuty = true;
    model.toTail(this.nurse);
    await takeOverArrivals(model);
  }
}

class EndShift extends OfNurse {
  readonly name = 'endShift';
  check(model: Model): boolean {
    return model.nurses[this.nurse]!.onDuty;
  }
  async act(model: Model): Promise<void> {
    const { id } = nurses[this.nurse]!;
    const isShown = (call: ModelCall) => call.type === 'staff_assist' && call.state === 'pending' && call.told.has(id);
    const shown = model.open().filter(isShown);
    const held: ModelCall[] = [];
    for (const call of model.open()) if (await this.holds(model, call)) held.push(call);
    const answer = await nurses[this.nurse]!.endShift('icu');
    if (model.open().some((call) => call.state === 'in_progress' && call.acceptedBy === this.nurse)) {
      expect(answer.status).toBe(409);
      return;
    }
    expect(answer.status).toBeLessThan(300);
    model.nurses[this.nurse]!.onDuty = false;
    model.nurses[this.nurse]!.lost = false;
    model.queue = model.queue.filter((one) => one !== this.nurse);
    // The calls that they held are handed on first, the oldest first.
    for (const call of held) {
      // One who accepted without being asked is no recipient; only a decline would bar asking them with everybody who is signed in.
      await expectPassedOn(model, call);
      if (!askedOf(await ward.call(call)).includes(id)) call.told.delete(id);
    }
    // A call that was shown to everybody needs nobody else while somebody is left.
    for (const call of shown) {
      call.told.delete(id);
      const now = await clock();
      if (!model.hasWilling(call, now)) model.leaveUnattended(call, now);
      takeOver(model, call, await expectSame(call));
    }
    for (const call of model.open()) await expectSame(call);
    await expectQueue(model);
  }

  private async holds(model: Model, call: ModelCall): Promise<boolean> {
    if (call.state !== 'pending') return call.state === 'accepted' && call.acceptedBy === this.nurse;
    if (call.type === 'staff_assist' || call.declined.has(this.nurse)) return false;
    const recipients = (await ward.call(call)).recipients as AnyFrame[];
    // Broadcasts do not count.
    return recipients.some((one) => one.staff_id === nurses[this.nurse]!.id && one.reason === 'queue') && model.open().includes(call);
  }
}

class Connect extends OfNurse {
  readonly name = 'connect';
  check(model: Model): boolean {
    return !model.nurses[this.nurse]!.connected;
  }
  async act(model: Model): Promise<void> {
    const nurse = model.nurses[this.nurse]!;
    await nurses[this.nurse]!.connect();
    nurse.connected = true;
    if (nurse.lost && nurse.onDuty) model.toTail(this.nurse);
    nurse.lost = false;
    await takeOverArrivals(model);
  }
}

class Disconnect extends OfNurse {
  readonly name = 'disconnect';
  check(model: Model): boolean {
    return model.nurses[this.nurse]!.connected;
  }
  async act(model: Model): Promise<void> {
    await nurses[this.nurse]!.disconnect();
    model.nurses[this.nurse]!.connected = false;
    model.nurses[this.nurse]!.goneAt = await clock();
  }
}

/** The manager comes and goes. */
class ManagerTurns extends Step {
  check(): boolean {
    return true;
  }
  async act(model: Model): Promise<void> {
    await (model.manager.connected ? manager.disconnect() : manager.connect());
    model.manager.connected = !model.manager.connected;
    model.manager.goneAt = await clock();
  }
  toString(): string {
    return 'managerTurns()';
  }
}

class MoveClock extends Step {
  constructor(readonly seconds: number) {
    super();
  }
  check(): boolean {
    return true;
  }
  async act(model: Model): Promise<void> {
    await ward.move(await this.clearOfDeadlines());
    const now = await clock();
    const lost: number[] = [];
    for (const [index, nurse] of model.nurses.entries()) {
      if (nurse.connected || nurse.lost || !nurse.onDuty || now < nurse.goneAt + GRACE_SEC) continue;
      nurse.lost = true;
      model.queue = model.queue.filter((one) => one !== index);
      model.offline[index]!++;
      lost.push(index);
    }
    const moved = new Set<ModelCall>();
    for (const index of lost) {
      for (const call of model.open()) {
        const pendingOn = call.state === 'pending' && call.told.has(nurses[index]!.id) && !call.declined.has(index);
        const acceptedBy = call.state === 'accepted' && call.acceptedBy === index;
        if (!pendingOn && !acceptedBy) continue;
        call.disconnections++;
        moved.add(call);
      }
    }
    const again = await this.expectAgain(model, lost, now);
    const pending = model.open().filter((one) => one.state === 'pending' && !again.includes(one));
    const dues = pending.map((call) => levelDue(model, call, now));
    const asking = pending.filter((call, index) => call.level === 0 && dues[index]! > 0);
    for (const [index, call] of pending.entries()) {
      const { level } = await ward.untilLevel(call, dues[index]!);
      // When a person is lost in the same move, the choice of the ladder depends on the order of the two.
      if (lost.length === 0 && level < 3) expect(level).toBe(dues[index]);
      call.level = level;
    }
    // Level 3 comes early where nobody of level 2 can be reached any more.
    if (pending.some((call) => call.level === 2) && !model.managerIsReachable(now, MANAGER_BUFFER_SEC)) await ward.settle();
    for (const call of pending.filter((one) => one.level === 2)) call.level = (await ward.call(call)).level;
    await expectHandedOn(model, [...moved]);
    for (const index of lost) await this.expectOffline(model, index);
    // When several ask at once, their order is not known.
    const isExact = lost.length === 0 && asking.length + again.length <= 1 && again.length === 0;
    if (isExact) for (const call of asking) await this.expectAsked(model, call);
    for (const call of model.open()) {
      takeOver(model, call, await ward.call(call));
      await expectSame(call);
    }
    await (isExact ? expectQueue(model) : readQueue(model));
  }

  /** Presses that count now, people who were lost after one, and attendance that nobody confirmed. @returns the calls that started again */
  private async expectAgain(model: Model, lost: number[], now: number): Promise<ModelCall[]> {
    const again: ModelCall[] = [];
    for (const call of model.open().filter((one) => one.state === 'in_progress')) {
      const isPressed = call.isPressedAgain && (now >= call.attendedAt + PRESS_AGAIN_SEC || lost.includes(call.acceptedBy!));
      const isUnanswered = call.askedAt !== undefined && now >= call.askedAt + ANSWER_SEC;
      if (isPressed || isUnanswered) {
        model.startAgain(call, await clock());
        const started = await ward.until(call, (one) => one.round === call.round, `round ${String(call.round)}`);
        // When a person is lost in the same move, the choice depends on the order of the two.
        if (lost.length > 0) call.level = started.level;
        again.push(call);
      } else if (call.askedAt === undefined && now >= call.attendedAt + ATTENDANCE_SEC) {
        const isAsked = (event: AnyFrame) => event.type === 'call.attendance_due' && event.data.call_id === call.id;
        await eventually(async () => {
          const [row] = await ward.wardline.database.query<{ asked: string | null }>(
            'SELECT extract(epoch FROM attendance_asked_at) AS asked FROM calls WHERE id = $1',
            [call.id],
          );
          if (row?.asked === null || row === undefined) return undefined;
          call.askedAt = Number(row.asked);
          return true;
        }, 'the question whether somebody is still there');
        expect((await ward.log('icu', model.firstSeq)).some(isAsked)).toBe(true);
      }
    }
    return again;
  }

  /** Level 1 added the next nurse in the queue, and no other. */
  private async expectAsked(model: Model, call: ModelCall): Promise<void> {
    const next = model.next(call);
    const added = askedOf(await ward.call(call)).filter((id) => !call.told.has(id));
    expect(added.filter((id) => nurses.some((nurse) => nurse.id === id))).toEqual(next === undefined ? [] : [nurses[next]!.id]);
    if (next !== undefined) model.toTail(next);
  }

  /** The seconds to move, a little more where a deadline would be near. */
  private async clearOfDeadlines(): Promise<number> {
    const rows = await ward.wardline.database.query<{ left: string }>(
      `SELECT extract(epoch FROM coalesce(round_started_at, placed_at) + paused + make_interval(secs => at) - app_now()) AS left
       FROM calls, unnest(ARRAY[${DEADLINES.join(',')}]) AS at WHERE state = 'pending'
       UNION ALL SELECT extract(epoch FROM timer_at - app_now()) FROM calls WHERE timer_at > app_now() + interval '2 seconds'
       UNION ALL SELECT extract(epoch FROM since + make_interval(secs => sec) - app_now())
       FROM staff_absences, unnest(ARRAY[${String(GRACE_SEC)}, ${String(MANAGER_BUFFER_SEC)}]) AS sec`,
    );
    const lefts = rows.map((row) => Number(row.left));
    let { seconds } = this;
    while (lefts.some((left) => Math.abs(left - seconds) < CLEAR_SEC)) seconds += 3;
    return seconds;
  }

  private async expectOffline(model: Model, nurse: number): Promise<void> {
    await eventually(
      async () => {
        const events = (await ward.log('icu', model.firstSeq)).filter((event) => event.type === 'nurse.offline');
        return events.filter((event) => event.data.staff_id === nurses[nurse]!.id).length === model.offline[nurse] ? true : undefined;
      },
      `nurse.offline of nurse ${String(nurse)}`,
    );
  }

  toString(): string {
    return `moveClock(${String(this.seconds)})`;
  }
}

/** True when both times are those of one transaction. */
function isTogether(one: string, other: string): boolean {
  return Math.abs(Date.parse(one) - Date.parse(other)) < 50;
}

/** The invariants of the log. */
async function expectInvariants(model: Model): Promise<void> {
  await ward.settle();
  const log = await ward.log('icu', model.firstSeq);
  expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => model.firstSeq + 1 + index));
  for (const [index, count] of model.offline.entries())
    expect(log.filter((event) => event.type === 'nurse.offline' && event.data.staff_id === nurses[index]!.id)).toHaveLength(count);
  for (const call of model.calls) {
    const story = log.filter((event) => event.data.call_id === call.id);
    let state = '';
    let [version, level, repeat, failsafeFrom, disconnections, standingMs, acceptedMs] = [0, 0, 0, 0, 0, 0, 0];
    let [round, earned, roundMs] = [0, 0, 0];
    let [levelTime, unattendedTime] = ['', ''];
    for (const event of story) {
      const now = event.data.call;
      if (event.type === 'call.unattended') unattendedTime = event.time;
      if (round === 0 && roundMs === 0) roundMs = Date.parse(now.placed_at);
      if (now.round !== round) {
        // A call in progress starts again at level 0, and keeps its priority.
        expect([event.type, state, now.round, now.level]).toEqual(['call.pending', 'in_progress', round + 1, 0]);
        expect(['pressed_again', 'attendance_timeout']).toContain(event.data.reason);
        earned += PRIORITY_SUMS[level]!;
        [round, level, repeat, failsafeFrom, standingMs, roundMs] = [now.round, 0, 0, 0, 0, Date.parse(event.time)];
      }
      if (event.type === 'call.escalated' && event.data.reason === 'timeout') {
        // Never a call that is accepted and then escalates.
        expect(state).toBe('pending');
        if (event.data.repeat === undefined) {
          // Each level once, in order.
          expect(event.data.level).toBe(level + 1);
          level++;
          const second = (Date.parse(event.time) - roundMs - standingMs) / 1000;
          const isAtOnce = level === 3 && (!isTogether(event.time, levelTime) || isTogether(event.time, unattendedTime));
          // The deadline that brought it: its own, or that of a level that found nobody. One that comes before any counts from then.
          const deadline = DEADLINES.filter((one) => one <= second + 1).at(-1) ?? 0;
          failsafeFrom = isAtOnce ? Math.min(second, DEADLINES.at(-1)!) : deadline;
          levelTime = event.time;
        } else {
          expect([event.data.level, level]).toEqual([3, 3]);
          expect(event.data.repeat).toBeGreaterThan(repeat);
          // Counted from placed_at, moved on by the time spent accepted; a moment may pass between a deadline and its reading.
          const second = (Date.parse(event.time) - roundMs - standingMs) / 1000;
          expect(second).toBeGreaterThan(failsafeFrom + REPEAT_SEC * event.data.repeat - 2);
          repeat = event.data.repeat;
        }
      }
      if (event.type === 'call.escalated' && event.data.reason === 'nurse_disconnected') {
        expect(event.data.level).toBe(level);
        disconnections++;
      }
      // priority = rank × 10 + what the levels and the disconnections added.
      expect(now.priority).toBe(TYPES[call.type] * 10 + PRIORITY_SUMS[now.level]! + earned + disconnections);
      // version rises with state changes only.
      expect(now.version).toBe(version + (now.state === state ? 0 : 1));
      if (state === 'pending' && now.state === 'accepted') acceptedMs = Date.parse(event.time);
      if (state === 'pending' && now.state === 'in_progress') acceptedMs = Date.parse(event.time);
      if (state === 'accepted' && now.state === 'pending') standingMs += Date.parse(event.time) - acceptedMs;
      ({ state, version } = now);
    }
    expect(disconnections).toBe(call.disconnections);
    const now = await expectSame(call);
    expect(now).toMatchObject({ state, version, level, round });
    const deadline = await ward.deadline(call);
    // The failsafe may have repeated since.
    if ((await ward.escalations(call)).length !== story.filter((event) => event.type === 'call.escalated').length) continue;
    if (call.state !== 'pending') expect(deadline).toBeNull();
    else {
      const base = level < 3 ? DEADLINES[level]! : failsafeFrom + REPEAT_SEC * (repeat + 1);
      // Events are timed at the end of their transactions: near, not equal.
      const sinceRound = deadline! - (roundMs - Date.parse(now.placed_at)) / 1000;
      expect(Math.abs(sinceRound - base - standingMs / 1000)).toBeLessThan(2);
    }
  }
}

it(
  'a ward and its model agree, whatever nurses, calls and the clock do',
  async () => {
    let runs = 0;
    const nurse = fc.nat({ max: NURSES.length - 1 });
    const call = fc.nat({ max: 7 });
    const press = fc
      .record({ station: fc.constantFrom(...STATIONS), type: fc.constantFrom(...(Object.keys(TYPES) as CallType[])) })
      .map(({ station, type }) => new Press(station, type));
    const ofCall = (make: new (nurse: number, index: number) => Command) =>
      fc.tuple(nurse, call).map(([who, which]) => new make(who, which));
    const commands = fc.commands<Model, Real, false>(
      [
        ...[press, press, press],
        ...[Accept, Accept, Decline, Arrive, Complete, Cancel].map(ofCall),
        ...[StartShift, EndShift, Connect, Connect, Disconnect].map((make) => nurse.map((who) => new make(who))),
        ...[1, 2].map(() => call.map((which) => new PressAgain(which))),
        fc.constant(new ManagerTurns()),
        ...[1, 2, 3, 4].map(() => fc.integer({ min: 5, max: 130 }).map((seconds) => new MoveClock(seconds))),
      ] as fc.Arbitrary<Step>[],
      { maxCommands: MAX_COMMANDS, size: 'max' },
    );
    await fc.assert(
      // A full ward climbs level by level, a deserted one at once.
      fc.asyncProperty(fc.constantFrom(1, 1, 2, 3), fc.boolean(), commands, async (onDuty, isManaged, sequence) => {
        await ward.empty();
        if (isManaged) await manager.connect();
        const model = new Model(await ward.head(), isManaged);
        for (let index = 0; index < onDuty; index++) {
          await new Connect(index).run(model);
          await new StartShift(index).run(model);
        }
        await fc.asyncModelRun(() => ({ model, real: { ward } }), sequence);
        await expectInvariants(model);
        runs++;
      }),
      {
        numRuns: 1000,
        interruptAfterTimeLimit: BUDGET_MS,
        markInterruptAsFailure: false,
        ...(SEED !== undefined && { seed: Number(SEED) }),
      },
    );
    console.log(`the model: ${String(runs)} runs, ${String(done)} commands`);
    expect(runs).toBeGreaterThan(0);
  },
  BUDGET_MS * 4 + 60_000,
);
