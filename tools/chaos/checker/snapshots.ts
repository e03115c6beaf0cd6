import type { CallFacts, History, LogEvent } from './history.js';

const OPEN: ReadonlySet<string> = new Set(['pending', 'accepted', 'in_progress']);

/** One department's log, and for each call the facts that its events showed, oldest first. */
function factsByCall(log: readonly LogEvent[]): Map<string, { seq: number; call: CallFacts }[]> {
  const facts = new Map<string, { seq: number; call: CallFacts }[]>();
  for (const { seq, call } of log) {
    if (!call) continue;
    const known = facts.get(call.id);
    if (known) known.push({ seq, call });
    else facts.set(call.id, [{ seq, call }]);
  }
  return facts;
}

function text({ state, level, version, priority, acceptedBy }: CallFacts): string {
  return `${state}, level ${String(level)}, priority ${String(priority)}, version ${String(version)}, ${acceptedBy ?? 'nobody'}`;
}

/** A picture at `seq` shows the open calls as the events up to `seq` left them: it is of one instant. */
export function snapshotsOfOneInstant({ log, clients }: History): string[] {
  const faults: string[] = [];
  const logs = new Map<string, ReturnType<typeof factsByCall>>();
  for (const { name, dept, connections } of clients) {
    let facts = logs.get(dept);
    if (!facts) {
      facts = factsByCall(log.filter((event) => event.dept === dept));
      logs.set(dept, facts);
    }
    for (const one of connections.flatMap((connection) => connection.seen)) {
      if (one.kind !== 'snapshot') continue;
      const shown = new Map(one.calls.map((call) => [call.id, text(call)]));
      for (const [id, known] of facts) {
        const last = known.findLast((entry) => entry.seq <= one.seq)?.call;
        const expected = last && OPEN.has(last.state) ? text(last) : undefined;
        const found = shown.get(id);
        shown.delete(id);
        if (found !== expected)
          faults.push(
            `${name}, picture of ${dept} at ${String(one.seq)}: call ${id} is ${found ?? 'absent'}, by the log ${expected ?? 'absent'}`,
          );
      }
      for (const id of shown.keys()) faults.push(`${name}, picture of ${dept} at ${String(one.seq)}: call ${id} is in no event`);
    }
  }
  return faults;
}
