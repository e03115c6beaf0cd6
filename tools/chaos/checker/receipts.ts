import type { Asking, Hearing, History, LogEvent } from './history.js';

/** A receipt that fell due less than this long before the look may still be on its way to being missed. */
const SLACK_SEC = 1.5;

/** People whose turn it is, who gave no sign, and in whose place nobody was asked. */
export function overdueReceipts({ askings }: Pick<History, 'askings'>): string[] {
  return askings
    .filter(({ isAwaited, overdue }) => isAwaited && overdue > SLACK_SEC)
    .map(({ callId, staffId, overdue }) => `call ${callId}: the receipt of ${staffId} is ${overdue.toFixed(1)} s overdue, and not missed`);
}

/** The first event after the end of the log at which the person was asked: the one that asked them. */
function asksBy(log: readonly LogEvent[]): (asking: Asking) => number {
  const byCall = new Map<string, number[]>();
  for (const { callId, seq } of log) {
    if (callId === null) continue;
    const seqs = byCall.get(callId);
    if (seqs) seqs.push(seq);
    else byCall.set(callId, [seq]);
  }
  return ({ callId, askedAfter }) => byCall.get(callId)?.find((seq) => seq > askedAfter) ?? Infinity;
}

/** A receipt is of a person who acknowledged the event that asked them, or a later one, or gave a command on the call; of an earlier event it is none. */
function unfounded({ askings, people, log }: History): string[] {
  const known = new Map(people.map((person) => [person.staffId, { ...person, commanded: new Set(person.commanded) }]));
  const asksAt = asksBy(log);
  return askings
    .filter((asking) => asking.isReceived)
    .flatMap((asking) => {
      const { callId, staffId, dept } = asking;
      const person = known.get(staffId);
      const furthest = person?.acknowledged[dept] ?? 0;
      const asked = asksAt(asking);
      if (furthest >= asked || person?.commanded.has(callId) === true) return [];
      return [
        `call ${callId}: ${person?.name ?? staffId} has a receipt, was asked by ${String(asked)}, and acknowledged up to ${String(furthest)}`,
      ];
    });
}

/** Nobody is passed over who did not miss a receipt. */
function passedOver({ askings, log }: History): string[] {
  const missed = new Set(askings.filter((asking) => asking.isMissed).map((asking) => asking.callId));
  return log
    .filter(({ type, reason, callId }) => type === 'call.pending' && reason === 'no_receipt' && !missed.has(callId ?? ''))
    .map(({ callId, seq }) => `call ${String(callId)}: passed on at ${String(seq)} for want of a receipt, and nobody missed one`);
}

/** A person of whom nothing is ever heard becomes unresponsive, and stays so. */
function revived({ people, log }: History): string[] {
  const mute = new Map(people.filter((person) => person.isMute).map((person): [string, Hearing] => [person.staffId, person]));
  return log
    .filter(({ type, staffId }) => type === 'nurse.responsive' && mute.has(staffId ?? ''))
    .map(({ seq, staffId }) => `${mute.get(staffId ?? '')?.name ?? ''} is responsive again at ${String(seq)} without a sign of theirs`);
}

/** Receipts are of people who knew; those who do not hear are passed over. */
export function receipts(history: History): string[] {
  return [...overdueReceipts(history), ...unfounded(history), ...passedOver(history), ...revived(history)];
}
