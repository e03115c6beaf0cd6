import type { History } from './history.js';

const OPEN: ReadonlySet<string> = new Set(['pending', 'accepted', 'in_progress']);
const URGENT_RANK = 2;

/** An open urgent call stops the clocks of the open calls that it names; a call that has closed stops nobody's. */
export function supersession({ calls }: Pick<History, 'calls'>): string[] {
  const byId = new Map(calls.map((call) => [call.id, call]));
  const open = calls.filter((call) => OPEN.has(call.state));
  const faults: string[] = [];
  for (const { id, supersededBy } of open) {
    const urgent = supersededBy === null ? undefined : byId.get(supersededBy);
    if (supersededBy === null) continue;
    if (!urgent || !OPEN.has(urgent.state))
      faults.push(`call ${id}: its clocks are stopped by ${supersededBy}, which is ${urgent?.state ?? 'not there'}`);
    else if (urgent.rank < URGENT_RANK) faults.push(`call ${id}: its clocks are stopped by ${supersededBy} of rank ${String(urgent.rank)}`);
  }
  for (const urgent of open.filter((call) => call.rank >= URGENT_RANK)) {
    for (const id of urgent.supersedes) {
      const lesser = byId.get(id);
      if (lesser && OPEN.has(lesser.state) && lesser.supersededBy === null)
        faults.push(`call ${id}: its clocks go on, although ${urgent.id} is open and names it`);
    }
  }
  return faults;
}
