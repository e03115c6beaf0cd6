import type { CallEvent, CallRow, History } from './history.js';
import type { Acknowledged } from './ledger.js';

const TOP_LEVEL = 3;
const PRIORITY_OF_LEVEL = [0, 1, 2, 5] as const;
/** Seconds after which each level falls due, as the nodes were told. */
const DEADLINES = [0, 2, 4, 6] as const;
/** A level that fell due less than this long before the look may still be on its way. */
const SLACK_SEC = 1.5;

const STATE_AFTER: Readonly<Record<string, string>> = {
  'call.pending': 'pending',
  'call.accepted': 'accepted',
  'call.in_progress': 'in_progress',
  'call.completed': 'completed',
  'call.cancelled': 'cancelled',
};

export interface Verdict {
  readonly calls: number;
  readonly events: number;
  readonly levels: number;
  readonly repeats: number;
  readonly lostNurseEscalations: number;
  readonly reopened: number;
  readonly duplicates: number;
  readonly missing: number;
  readonly afterAccept: number;
  readonly lost: number;
  /** Every rule that does not hold, with where. */
  readonly violations: readonly string[];
}

/** What one call's events say. */
interface Climb {
  readonly levels: number[];
  repeats: number;
  lostNurses: number;
  reopened: number;
  duplicates: number;
  afterAccept: number;
  state: string;
}

/** Reads a call's events in order, as a person who follows the log would. */
function follow(events: readonly CallEvent[], complain: (what: string) => void): Climb {
  const climb: Climb = { levels: [], repeats: 0, lostNurses: 0, reopened: 0, duplicates: 0, afterAccept: 0, state: 'unknown' };
  for (const event of events) {
    const where = `${event.type} ${String(event.seq)}`;
    if (climb.state === 'unknown' && event.type !== 'call.pending') complain(`the first event is ${where}`);
    if ((climb.state === 'completed' || climb.state === 'cancelled') && event.type !== 'call.repeated')
      complain(`${where} after the call was ${climb.state}`);
    if (event.type === 'call.pending' && climb.state !== 'unknown') climb.reopened += 1;
    if (event.type === 'call.escalated') escalated(event, climb, complain);
    climb.state = STATE_AFTER[event.type] ?? climb.state;
  }
  return climb;
}

function escalated(event: CallEvent, climb: Climb, complain: (what: string) => void): void {
  const where = `call.escalated ${String(event.seq)}`;
  if (climb.state !== 'pending' || event.callState !== 'pending') {
    climb.afterAccept += 1;
    complain(`${where} while the call was ${climb.state}, and ${event.callState} in the event`);
  }
  if (event.level !== event.callLevel) complain(`${where}: level ${String(event.level)}, in its call ${String(event.callLevel)}`);
  const reached = climb.levels.at(-1) ?? 0;
  if (event.reason === 'nurse_disconnected') {
    climb.lostNurses += 1;
    if (event.level !== reached) complain(`${where}: a lost nurse changed the level`);
    return;
  }
  if (event.repeat !== null) {
    if (reached !== TOP_LEVEL) complain(`${where}: a repeat at level ${String(reached)}`);
    if (event.repeat <= climb.repeats) {
      climb.duplicates += 1;
      complain(`${where}: repeat ${String(event.repeat)} after ${String(climb.repeats)}`);
    }
    climb.repeats = event.repeat;
    return;
  }
  const level = event.level ?? 0;
  if (climb.levels.includes(level)) climb.duplicates += 1;
  if (level !== reached + 1) complain(`${where}: level ${String(level)} after ${String(reached)}`);
  climb.levels.push(level);
}

/** Levels that should have happened by now and have not. */
function missingLevels(call: CallRow, climb: Climb): number {
  if (call.state !== 'pending') return 0;
  const neverAccepted = climb.reopened === 0;
  const due = neverAccepted ? DEADLINES.filter((seconds) => seconds > 0 && call.age > seconds + SLACK_SEC).length : 0;
  const isOverdue = (call.overdue ?? Infinity) > SLACK_SEC;
  return Math.max(due - climb.levels.length, isOverdue ? 1 : 0, 0);
}

function checkRow(call: CallRow, climb: Climb, complain: (what: string) => void): void {
  if (call.state !== climb.state) complain(`the row is ${call.state}, the log says ${climb.state}`);
  if (call.level !== climb.levels.length)
    complain(`the row stands at level ${String(call.level)}, the log says ${climb.levels.join(', ') || 'none'}`);
  if (call.failsafeRepeats !== climb.repeats)
    complain(`the row counts ${String(call.failsafeRepeats)} repeats, the log ${String(climb.repeats)}`);
  const priority = call.rank * 10 + climb.levels.reduce((sum, level) => sum + (PRIORITY_OF_LEVEL[level] ?? 0), 0) + climb.lostNurses;
  if (call.priority !== priority) complain(`the row's priority is ${String(call.priority)}, by the log ${String(priority)}`);
}

/** Acknowledged, and not to be found. */
function findLost(history: History, acknowledged: readonly Acknowledged[]): string[] {
  const known = new Set(history.calls.map((call) => call.id));
  const told = new Set(history.events.map((event) => `${event.callId} ${event.type} ${event.actor}`));
  const counted = new Map(history.calls.map((call) => [call.id, call.repeats]));
  const again = new Map<string, number>();
  const lost: string[] = [];
  for (const { callId, event, by } of acknowledged) {
    if (!known.has(callId)) lost.push(`${callId}: acknowledged to ${by}, and not there`);
    else if (event !== undefined && !told.has(`${callId} ${event} ${by}`))
      lost.push(`${callId}: ${event} by ${by} was acknowledged, and is not in the log`);
    if (event === undefined) again.set(callId, (again.get(callId) ?? 0) + 1);
  }
  for (const [callId, presses] of again) {
    const repeats = counted.get(callId) ?? 0;
    if (repeats < presses) lost.push(`${callId}: pressed again ${String(presses)} times, counted ${String(repeats)}`);
  }
  return lost;
}

/** Every rule of the ladder and of the log, over all that happened. */
export function check(history: History, acknowledged: readonly Acknowledged[]): Verdict {
  const violations = history.streamFaults.map(({ dept, fault }) => `department ${dept}: ${fault}`);
  const eventsOf = new Map<string, CallEvent[]>();
  for (const event of history.events) eventsOf.set(event.callId, [...(eventsOf.get(event.callId) ?? []), event]);
  const total = { levels: 0, repeats: 0, lostNurses: 0, reopened: 0, duplicates: 0, missing: 0, afterAccept: 0 };
  for (const call of history.calls) {
    const complain = (what: string) => violations.push(`call ${call.id} (${call.type}): ${what}`);
    const events = eventsOf.get(call.id) ?? [];
    const climb = follow(events, complain);
    checkRow(call, climb, complain);
    const missing = missingLevels(call, climb);
    if (missing > 0)
      complain(
        `${String(missing)} level(s) missing: at level ${String(call.level)} after ${call.age.toFixed(1)} s, overdue ${String(call.overdue)} s`,
      );
    total.levels += climb.levels.length;
    total.repeats += events.filter((event) => event.repeat !== null).length;
    total.lostNurses += climb.lostNurses;
    total.reopened += climb.reopened;
    total.duplicates += climb.duplicates;
    total.missing += missing;
    total.afterAccept += climb.afterAccept;
  }
  const lost = findLost(history, acknowledged);
  violations.push(...lost);
  const { lostNurses, ...rest } = total;
  return {
    calls: history.calls.length,
    events: history.eventCount,
    ...rest,
    lostNurseEscalations: lostNurses,
    lost: lost.length,
    violations,
  };
}
