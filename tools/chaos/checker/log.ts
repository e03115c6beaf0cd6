import type { History, LogEvent, LogHead } from './history.js';

/** In the database: each department's log is 1, 2, 3 … to its head, time never goes back, and every hash covers the one before. */
export function wholeLog({ log, heads }: History): string[] {
  const faults: string[] = [];
  const logs = new Map<string, LogEvent[]>();
  for (const event of log) {
    const events = logs.get(event.dept);
    if (events) events.push(event);
    else logs.set(event.dept, [event]);
  }
  for (const head of heads) faults.push(...faultsOf(logs.get(head.dept) ?? [], head));
  for (const dept of logs.keys()) if (!heads.some((head) => head.dept === dept)) faults.push(`${dept}: events without a head`);
  return faults;
}

function faultsOf(events: readonly LogEvent[], head: LogHead): string[] {
  const faults: string[] = [];
  const { dept } = head;
  let before: Pick<LogEvent, 'seq' | 'hash' | 'at'> = { seq: 0, hash: '', at: '0' };
  for (const event of events) {
    const where = `${dept} ${String(event.seq)}`;
    if (event.seq !== before.seq + 1) faults.push(`${where}: follows ${String(before.seq)}`);
    else if (event.prevHash !== before.hash) faults.push(`${where}: the chain is broken`);
    if (!event.hashFits) faults.push(`${where}: the hash is not the event's`);
    if (BigInt(event.at) < BigInt(before.at)) faults.push(`${where}: earlier than the event before it`);
    before = event;
  }
  if (head.seq !== before.seq || head.hash !== before.hash)
    faults.push(`${dept}: the head is ${String(head.seq)}, the last event ${String(before.seq)}`);
  return faults;
}

/** The record of who did what is whole. */
export function wholeAudit({ audit }: History): string[] {
  return audit.ok ? [] : [`the audit record does not fit from ${String(audit.brokenAt)} on (${String(audit.checked)} checked)`];
}
