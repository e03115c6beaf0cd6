import type { CallState } from '../../../src/ward/calls/call.js';
import type { CallEventType, CallReason } from '../../../src/ward/calls/call-events.js';
import type { CallRow, History, LogEvent } from './history.js';

const TOP_LEVEL = 3;
const PRIORITY_OF_LEVEL = [0, 1, 2, 5] as const;
/** A level that fell due less than this long before the look may still be on its way. */
const SLACK_SEC = 1.5;

const OPEN = ['pending', 'accepted', 'in_progress'] as const;
const ANY = [...OPEN, 'completed', 'cancelled'] as const;

interface Rule {
  /** The states in which a call may be when it happens. */
  readonly during: readonly CallState[];
  /** The state that it leaves the call in; none where it changes nothing. */
  readonly then?: CallState;
  /** The reasons of which a clock is the cause. None of them may happen while an urgent call has stopped the clocks of this one. */
  readonly byClock: readonly CallReason[] | 'always' | 'never';
}

/** Each event of a call. The compiler names one that is missing. */
const EVENTS: Readonly<Record<string, Rule>> = {
  'call.pending': { during: OPEN, then: 'pending', byClock: ['no_presence', 'no_receipt', 'attendance_timeout'] },
  'call.unattended': { during: ['pending'], byClock: 'never' },
  'call.escalated': { during: ['pending'], byClock: ['timeout'] },
  'call.assigned': { during: OPEN, byClock: 'never' },
  'call.accepted': { during: ['pending'], then: 'accepted', byClock: 'never' },
  'call.declined': { during: ['pending', 'accepted'], byClock: 'never' },
  'call.in_progress': { during: OPEN, then: 'in_progress', byClock: 'never' },
  'call.completed': { during: ['in_progress'], then: 'completed', byClock: 'never' },
  'call.cancelled': { during: OPEN, then: 'cancelled', byClock: 'never' },
  'call.repeated': { during: ANY, byClock: 'never' },
  'call.withdrawn': { during: OPEN, byClock: 'never' },
  'call.attendance_due': { during: ['in_progress'], byClock: 'always' },
  'call.superseded': { during: OPEN, byClock: 'never' },
  'call.resumed': { during: OPEN, byClock: 'never' },
} satisfies Record<CallEventType, Rule>;
const stateAfter = (type: string) => EVENTS[type]?.then;
/** Why a call starts again, from level 0. */
const NEW_ROUND = new Set<string>(['pressed_again', 'attendance_timeout'] satisfies CallReason[]);

/** One call's events. */
export interface Climb {
  /** Levels of all rounds. */
  readonly levels: number[];
  /** The level of this round. */
  level: number;
  rounds: number;
  repeats: number;
  lostNurses: number;
  reopened: number;
  state: string;
  /** An urgent call has stopped its clocks. */
  isStopped: boolean;
  /** The instant, in µs, at which nobody was there last. */
  unattendedAt: string;
  /** The person who is present was asked whether they still are, in this round. */
  isAttendanceAsked: boolean;
}

/** Reads a call's events in order, as a person who follows the log would. */
export function follow(events: readonly LogEvent[], complain: (what: string) => void): Climb {
  const climb: Climb = {
    levels: [],
    level: 0,
    rounds: 0,
    repeats: 0,
    lostNurses: 0,
    reopened: 0,
    state: 'unknown',
    isStopped: false,
    unattendedAt: '',
    isAttendanceAsked: false,
  };
  for (const event of events) {
    const where = `${event.type} ${String(event.seq)}`;
    if (climb.state !== 'unknown') {
      const during: readonly string[] = EVENTS[event.type]?.during ?? OPEN;
      if (!during.includes(climb.state)) complain(`${where} while the call was ${climb.state}`);
    } else if (event.type !== 'call.pending') complain(`the first event is ${where}`);
    stoppedClock(event, climb, complain);
    if (event.type === 'call.pending' && climb.state !== 'unknown') reopened(event, climb, complain);
    if (event.type === 'call.escalated') escalated(event, climb, complain);
    climb.state = stateAfter(event.type) ?? climb.state;
    // The transaction that passes a call on shows it in its first event as it is in the end.
    if (event.call && event.call.round !== climb.rounds) complain(`${where} carries a call in round ${String(event.call.round)}`);
    if (event.call && stateAfter(event.type) !== undefined && event.call.state !== climb.state)
      complain(`${where} carries a call that is ${event.call.state}`);
  }
  return climb;
}

/** `call.superseded` stops the clocks, `call.resumed` starts them; nothing that a clock does falls between. */
function stoppedClock(event: LogEvent, climb: Climb, complain: (what: string) => void): void {
  const where = `${event.type} ${String(event.seq)}`;
  if (event.type === 'call.superseded' || event.type === 'call.resumed') {
    const stops = event.type === 'call.superseded';
    if (stops === climb.isStopped) complain(`${where} of a call whose clocks are ${stops ? 'stopped already' : 'going'}`);
    climb.isStopped = stops;
    return;
  }
  if (event.type === 'call.unattended') climb.unattendedAt = event.at;
  if (climb.isStopped && isByClock(event, climb)) complain(`${where} (${event.reason ?? 'no reason'}) while its clocks are stopped`);
  if (event.type === 'call.attendance_due') climb.isAttendanceAsked = true;
  // An arrival renews the attendance.
  if (event.type === 'call.in_progress') climb.isAttendanceAsked = false;
}

/** Levels pass on at once, without a clock, when the call has just been found unattended: for want of people. */
function isByClock({ type, reason, repeat, at }: LogEvent, climb: Climb): boolean {
  if (type === 'call.escalated' && repeat !== null) return true;
  if (type === 'call.escalated' && at === climb.unattendedAt) return false;
  const byClock: readonly string[] | string | undefined = EVENTS[type]?.byClock;
  return byClock === 'always' || (Array.isArray(byClock) && byClock.includes(reason));
}

/** A new round begins only out of a call in progress, and begins at level 0. */
function reopened(event: LogEvent, climb: Climb, complain: (what: string) => void): void {
  climb.reopened += 1;
  if (event.reason === null || !NEW_ROUND.has(event.reason)) return;
  const where = `call.pending ${String(event.seq)}`;
  if (climb.state !== 'in_progress') complain(`${where}: ${event.reason} while the call was ${climb.state}`);
  if (event.reason === 'attendance_timeout' && !climb.isAttendanceAsked)
    complain(`${where}: nobody was asked whether they are still there`);
  climb.isAttendanceAsked = false;
  if (event.call?.level !== 0) complain(`${where}: a new round at level ${String(event.call?.level)}`);
  climb.rounds += 1;
  climb.level = 0;
  climb.repeats = 0;
}

function escalated(event: LogEvent, climb: Climb, complain: (what: string) => void): void {
  const where = `call.escalated ${String(event.seq)}`;
  if (event.call?.state !== 'pending') complain(`${where} carries a call that is ${String(event.call?.state)}`);
  if (event.level !== event.call?.level) complain(`${where}: level ${String(event.level)}, in its call ${String(event.call?.level)}`);
  const reached = climb.level;
  if (event.reason === 'nurse_disconnected') {
    climb.lostNurses += 1;
    if (event.level !== reached) complain(`${where}: a lost nurse changed the level`);
  } else if (event.repeat !== null) {
    if (reached !== TOP_LEVEL) complain(`${where}: a repeat at level ${String(reached)}`);
    if (event.repeat <= climb.repeats) complain(`${where}: repeat ${String(event.repeat)} after ${String(climb.repeats)}`);
    climb.repeats = event.repeat;
  } else {
    if (event.level !== reached + 1) complain(`${where}: level ${String(event.level)} after ${String(reached)}`);
    climb.level = event.level ?? 0;
    climb.levels.push(climb.level);
  }
}

/** Levels that should have happened by now and have not. */
function missingLevels(call: CallRow, climb: Climb, deadlines: readonly number[]): number {
  if (call.state !== 'pending' || call.isSuperseded) return 0;
  const neverAccepted = climb.reopened === 0 && !call.wasSuperseded;
  const due = neverAccepted ? deadlines.filter((seconds) => call.age > seconds + SLACK_SEC).length : 0;
  const isOverdue = (call.overdue ?? Infinity) > SLACK_SEC;
  return Math.max(due - climb.levels.length, isOverdue ? 1 : 0, 0);
}

function checkRow(call: CallRow, climb: Climb, complain: (what: string) => void): void {
  if (call.state !== climb.state) complain(`the row is ${call.state}, the log says ${climb.state}`);
  if (call.level !== climb.level)
    complain(`the row stands at level ${String(call.level)}, the log says ${climb.levels.join(', ') || 'none'}`);
  const isOpen = !['completed', 'cancelled'].includes(call.state);
  if (isOpen && call.isSuperseded !== climb.isStopped)
    complain(`the row's clocks are ${call.isSuperseded ? 'stopped' : 'going'}, by the log they are not`);
  if (call.state === 'pending' && call.isSuperseded && call.overdue !== null) complain('a stopped clock has a deadline');
  if (call.round !== climb.rounds) complain(`the row is in round ${String(call.round)}, the log says ${String(climb.rounds)}`);
  if (call.failsafeRepeats !== climb.repeats)
    complain(`the row counts ${String(call.failsafeRepeats)} repeats, the log ${String(climb.repeats)}`);
  const priority = call.rank * 10 + climb.levels.reduce((sum, level) => sum + (PRIORITY_OF_LEVEL[level] ?? 0), 0) + climb.lostNurses;
  if (call.priority !== priority) complain(`the row's priority is ${String(call.priority)}, by the log ${String(priority)}`);
}

/** The events of each call, in order. */
export function eventsByCall(log: readonly LogEvent[]): Map<string, LogEvent[]> {
  const byCall = new Map<string, LogEvent[]>();
  for (const event of log) {
    if (event.callId === null) continue;
    const events = byCall.get(event.callId);
    if (events) events.push(event);
    else byCall.set(event.callId, [event]);
  }
  return byCall;
}

/** Each level of each round of each call once and in its turn, none missing, none after an accept; states as the table has them; rows as the log says. */
export function ladders({ calls, log, rules }: Pick<History, 'calls' | 'log' | 'rules'>): string[] {
  const faults: string[] = [];
  const byCall = eventsByCall(log);
  for (const call of calls) {
    const complain = (what: string) => faults.push(`call ${call.id} (${call.type}): ${what}`);
    const climb = follow(byCall.get(call.id) ?? [], complain);
    checkRow(call, climb, complain);
    const missing = missingLevels(call, climb, rules.levelsSec);
    if (missing > 0)
      complain(
        `${String(missing)} level(s) missing: at level ${String(call.level)} after ${call.age.toFixed(1)} s, overdue ${String(call.overdue)} s`,
      );
    byCall.delete(call.id);
  }
  for (const id of byCall.keys()) faults.push(`call ${id} is in the log, and not in its table`);
  return faults;
}
