import type { History } from './history.js';

/** No acknowledged work is missing: not the call, not the event, and not one of several presses. */
export function acknowledged({ acknowledged: told, calls, log }: History): string[] {
  const known = new Map(calls.map((call) => [call.id, call]));
  const happened = count(log.map((event) => `${String(event.callId)} ${event.type} ${String(event.actor)}`));
  const expected = new Map<string, { times: number; key: string }>();
  const presses = new Map<string, number>();
  const faults: string[] = [];
  for (const { key, callId, event, by } of told) {
    if (!known.has(callId)) faults.push(`call ${callId} was acknowledged to ${by} (key ${key}), and is not there`);
    else if (event === null) presses.set(callId, (presses.get(callId) ?? 0) + 1);
    else {
      const what = `${callId} ${event} ${by}`;
      expected.set(what, { times: (expected.get(what)?.times ?? 0) + 1, key });
    }
  }
  for (const [what, { times, key }] of expected) {
    const found = happened.get(what) ?? 0;
    if (found < times) faults.push(`${what}: acknowledged ${String(times)} times (last key ${key}), ${String(found)} times in the log`);
  }
  for (const [callId, times] of presses) {
    const counted = known.get(callId)?.repeats ?? 0;
    if (counted < times) faults.push(`call ${callId} was pressed again ${String(times)} times, and counts ${String(counted)}`);
  }
  return faults;
}

/** The same key and command gave the first answer again. */
export function oneAnswer({ askedAgain }: History): string[] {
  return askedAgain
    .filter(({ first, again }) => first !== again)
    .map(({ what, key }) => `${what}: key ${key} was answered differently the second time`);
}

function count(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
