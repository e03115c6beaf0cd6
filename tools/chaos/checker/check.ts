import { acknowledged, oneAnswer } from './acknowledged.js';
import type { History } from './history.js';
import { ladders } from './ladder.js';
import { wholeAudit, wholeLog } from './log.js';
import { snapshotsOfOneInstant } from './snapshots.js';
import { receipts } from './receipts.js';
import { criticalKept, inOrder, letBackIn, nothingMissed, trueToLog } from './streams.js';
import { supersession } from './supersession.js';

/** The rules that must always hold, each with the question it answers. */
export const RULES = {
  acknowledged: { asks: 'acknowledged, and missing', look: acknowledged },
  'one-answer': { asks: 'second answers that differ from the first', look: oneAnswer },
  'in-order': { asks: 'events out of order, or holes that nothing covers', look: inOrder },
  'nothing-missed': { asks: 'events that a client has not got', look: nothingMissed },
  'critical-kept': { asks: 'critical events skipped', look: criticalKept },
  'true-to-log': { asks: 'events shown that are not so in the log', look: trueToLog },
  snapshots: { asks: 'pictures that are of no one instant', look: snapshotsOfOneInstant },
  'let-back-in': { asks: 'clients turned away, or denied what they missed', look: letBackIn },
  ladders: { asks: 'levels twice, missing or after an accept', look: ladders },
  supersession: { asks: 'clocks that an urgent call stops wrongly, or not', look: supersession },
  receipts: { asks: 'receipts that nobody gave, or that nobody missed', look: receipts },
  log: { asks: 'holes and breaks in the log', look: wholeLog },
  audit: { asks: 'breaks in the audit record', look: wholeAudit },
  processes: { asks: 'processes that died or did not recover', look: ({ incidents }: History) => [...incidents] },
} as const satisfies Readonly<Record<string, { asks: string; look: (history: History) => string[] }>>;

export type RuleName = keyof typeof RULES;

/** Every breach of every rule; none where all of them hold. */
export type Verdict = Readonly<Record<RuleName, readonly string[]>>;

export function check(history: History): Verdict {
  return Object.fromEntries(Object.entries(RULES).map(([name, rule]) => [name, rule.look(history)])) as unknown as Verdict;
}

export function breaches(verdict: Verdict): number {
  return Object.values(verdict).reduce((sum, faults) => sum + faults.length, 0);
}
