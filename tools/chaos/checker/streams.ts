import type { ClientHistory, History, LogEvent, SeenConnection, SeenEvent } from './history.js';

/** Events that may never be dropped, by the domain's rules; listed here once more so that the server alone cannot redefine it. */
export const CRITICAL: ReadonlySet<string> = new Set([
  'call.pending',
  'call.escalated',
  'call.unattended',
  'call.attendance_due',
  'department.unattended',
]);

/**
 * A repeat is critical while a person has the call, and a gift of it while one is present. Only the newest of a call's repeats waits for a slow client, so others may
 * be skipped.
 */
function isCritical(type: string, stored: LogEvent | undefined): boolean {
  const state = stored?.call?.state ?? '';
  return (
    CRITICAL.has(type) ||
    (type === 'call.repeated' && ['accepted', 'in_progress'].includes(state)) ||
    (type === 'call.assigned' && state === 'in_progress')
  );
}

/** Says the same of its call as others do: a repeat of the failsafe, or a press again. */
function isRepeat({ type, repeat }: LogEvent): boolean {
  return type === 'call.repeated' || (type === 'call.escalated' && repeat !== null);
}

/**
 * A repeat may be skipped where the client goes on to a newer one of the same call, on this connection or on a later one: only the newest waits
 * for a slow client.
 * @param upTo the last `seq` that the client came to
 */
function isOutdated(event: LogEvent, log: readonly LogEvent[], upTo: number): boolean {
  const { dept, seq, callId, type } = event;
  if (!isRepeat(event)) return false;
  return log.some(
    (one) => one.dept === dept && one.callId === callId && one.type === type && isRepeat(one) && one.seq > seq && one.seq <= upTo,
  );
}

/** The last `seq` that the client came to, over all its connections. */
function furthest({ connections }: ClientHistory): number {
  const seen = connections.flatMap((connection) => connection.seen);
  return seen.reduce((upTo, one) => Math.max(upTo, one.kind === 'skipped' ? one.to : one.kind === 'resumed' ? 0 : one.seq), 0);
}

type Index = ReadonlyMap<string, LogEvent>;

function indexOf(log: readonly LogEvent[]): Index {
  return new Map(log.map((event) => [`${event.dept} ${String(event.seq)}`, event]));
}

/** Each connection, with a name for it. */
function eachConnection({ clients }: History, look: (client: ClientHistory, connection: SeenConnection, where: string) => void): void {
  for (const client of clients) {
    for (const [n, connection] of client.connections.entries()) {
      look(client, connection, `${client.name} of ${client.dept}, connection ${String(n + 1)} (${connection.server ?? 'no hello'})`);
    }
  }
}

/** After a picture or a resume every next event is `seq + 1`, or a `skipped` range is in place of the hole. */
export function inOrder(history: History): string[] {
  const faults: string[] = [];
  eachConnection(history, (_client, { seen }, where) => {
    let last: number | undefined;
    for (const one of seen) {
      if (one.kind === 'snapshot') last = one.seq;
      else if (one.kind === 'resumed') {
        if (one.from !== one.after + 1)
          faults.push(`${where}: asked for what follows ${String(one.after)}, resumed from ${String(one.from)}`);
        last = one.from - 1;
      } else {
        const [from, to] = one.kind === 'event' ? [one.seq, one.seq] : [one.from, one.to];
        if (last === undefined) faults.push(`${where}: ${String(from)} before any picture`);
        else if (from !== last + 1) faults.push(`${where}: ${String(from)} follows ${String(last)}`);
        if (to < from) faults.push(`${where}: a skipped range from ${String(from)} to ${String(to)}`);
        last = to;
      }
    }
  });
  return faults;
}

/** No critical event was skipped, and what is critical is marked so. */
export function criticalKept(history: History): string[] {
  const faults: string[] = [];
  const index = indexOf(history.log);
  const cameTo = new Map(history.clients.map((client) => [client, furthest(client)]));
  eachConnection(history, (client, { seen }, where) => {
    const { dept } = client;
    const upTo = cameTo.get(client) ?? 0;
    for (const one of seen) {
      if (one.kind === 'event' && one.critical !== isCritical(one.type, index.get(`${dept} ${String(one.seq)}`)))
        faults.push(`${where}: ${one.type} ${String(one.seq)} is marked wrongly`);
      if (one.kind !== 'skipped') continue;
      for (let seq = one.from; seq <= one.to; seq++) {
        const stored = index.get(`${dept} ${String(seq)}`);
        const type = stored?.type ?? 'nothing';
        if (!stored || (isCritical(type, stored) && !isOutdated(stored, history.log, upTo)))
          faults.push(`${where}: ${type} ${String(seq)} was skipped`);
      }
    }
  });
  return faults;
}

/** Every event that a client got is in the log, word for word. */
export function trueToLog(history: History): string[] {
  const faults: string[] = [];
  const index = indexOf(history.log);
  const differs = (event: SeenEvent, stored: LogEvent) =>
    event.id !== stored.id || event.type !== stored.type || event.digest !== stored.digest;
  eachConnection(history, ({ dept }, { seen }, where) => {
    for (const one of seen) {
      if (one.kind !== 'event') continue;
      const stored = index.get(`${dept} ${String(one.seq)}`);
      if (!stored) faults.push(`${where}: ${one.type} ${String(one.seq)} is not in the log`);
      else if (differs(one, stored))
        faults.push(`${where}: ${one.type} ${String(one.seq)} is ${stored.type} in the log, or says something else there`);
    }
  });
  return faults;
}

/**
 * Every client that was there at the end got everything, or a range for what was left out: over all their connections nothing
 * is stepped over.
 */
export function nothingMissed(history: History): string[] {
  const faults: string[] = [];
  for (const { name, dept, connections, isPresent } of history.clients) {
    let has: number | undefined;
    for (const one of connections.flatMap((connection) => connection.seen)) {
      if (one.kind === 'snapshot') has = one.seq;
      else if (one.kind === 'resumed') {
        if (has === undefined || one.from > has + 1)
          faults.push(`${name} of ${dept}: resumed from ${String(one.from)}, having ${String(has ?? 'nothing')}`);
      } else has = one.kind === 'event' ? one.seq : one.to;
    }
    const must = history.mustHave[dept] ?? 0;
    if (isPresent && (has ?? -1) < must) faults.push(`${name} of ${dept} has come to ${String(has ?? 'nothing')} of ${String(must)}`);
  }
  return faults;
}

/** One history all along; a picture instead of missed events only where the protocol allows it; no client is sent away. */
export function letBackIn(history: History): string[] {
  const faults: string[] = [];
  const epochs = new Set<string>();
  eachConnection(history, (_client, { seen }, where) => {
    for (const one of seen) {
      if (one.kind !== 'snapshot' && one.kind !== 'resumed') continue;
      epochs.add(one.epoch);
      if (one.kind !== 'snapshot' || one.asked === null) continue;
      const { after, epoch, head } = one.asked;
      const isOwed = epoch === one.epoch && after <= head && head - after <= history.rules.replayLimit;
      if (isOwed) faults.push(`${where}: had ${String(after)} of ${String(head)}, and got a picture instead of the rest`);
      if (epoch === one.epoch && after > head) faults.push(`${where}: had ${String(after)}, and the log ended at ${String(head)}`);
    }
  });
  if (epochs.size > 1) faults.push(`the log's epoch changed: ${[...epochs].join(', ')}`);
  for (const { name, turnedAway } of history.clients)
    if (turnedAway !== null) faults.push(`${name} was told not to come back: ${turnedAway}`);
  return faults;
}
