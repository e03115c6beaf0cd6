import { type Goal, medianAtMost } from '../bench.js';
import type { Transport } from '../options.js';
import type { PeerName } from '../sides.js';
import { ratios } from './delivery-rounds.js';
import { PEERS } from './delivery-sides.js';
import type { CostLine } from './delivery-table.js';

/** How often ours may be what a peer's costs, plain and over TLS. */
export type Goals = Readonly<Partial<Record<PeerName, Readonly<Partial<Record<Transport, number>>>>>>;

/** The goals against the peers that were measured. @param lines ours first */
export function reached(lines: readonly CostLine[], goals: Goals, transport: Transport, suffix = ''): Goal[] {
  const [ours] = lines;
  return Object.entries(goals).flatMap(([peer, { [transport]: goal }]) => {
    const name = PEERS[peer as PeerName];
    const line = lines.find((one) => one.name === name);
    if (goal === undefined || !ours || !line) return [];
    return [medianAtMost(`ours ÷ ${name}${suffix}`, ratios(ours.costs, line.costs), goal)];
  });
}
