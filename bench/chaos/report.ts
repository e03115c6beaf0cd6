import type { BenchDatabase } from '../append/bench-database.js';
import type { describeMachine } from '../simulate/machine.js';
import type { Verdict } from './checker.js';
import type { FaultCounts } from './faults.js';
import type { Ledger } from './ledger.js';
import type { ChaosOptions } from './options.js';

const MAX_SHOWN = 40;

export interface ChaosFacts {
  readonly options: ChaosOptions;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly server: BenchDatabase['server'];
  readonly ledger: Ledger;
  readonly faults: FaultCounts;
  readonly verdict: Verdict;
  readonly complaints: ReadonlyMap<string, number>;
}

function row(label: string, value: number, note = ''): string {
  return `  ${label.padEnd(44)}${value.toLocaleString('en-US').padStart(8)}${note === '' ? '' : `   ${note}`}`;
}

function counts(of: ReadonlyMap<string, number>): string {
  return [...of]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${what} ${String(count)}`)
    .join(', ');
}

/** The result for people. */
export function table({ options, machine, server, ledger, faults, verdict, complaints }: ChaosFacts): string {
  const { violations } = verdict;
  return [
    '',
    `Escalation under faults: ${String(options.nodes)} nodes, ${String(options.seconds)} s, seed ${String(options.seed)}; ` +
      `PostgreSQL ${server.version}, Node ${machine.node}, ${String(machine.cores)} cores (shared)`,
    '',
    row('nodes killed (-9)', faults.kills),
    row('nodes stopped in order', faults.stops),
    row('connections terminated', faults.terminations),
    row('clock jumps', faults.jumps),
    '',
    row('calls', verdict.calls),
    row('events in the log', verdict.events),
    row('acknowledged presses', ledger.presses),
    row('acknowledged commands of all kinds', ledger.acknowledged.length),
    row('commands that nobody answered', ledger.unanswered, 'their outcome is unknown, and not checked'),
    row('calls pending again', verdict.reopened),
    row('levels 1–3', verdict.levels),
    row('failsafe repeats', verdict.repeats),
    row('escalations for a lost nurse', verdict.lostNurseEscalations),
    '',
    row('levels or repeats that happened twice', verdict.duplicates),
    row('levels missing', verdict.missing),
    row('escalations of a call that was not pending', verdict.afterAccept),
    row('acknowledged and lost', verdict.lost),
    row('violations of any rule', violations.length, violations.length === 0 ? 'all rules hold' : 'NOT as it must be'),
    '',
    `answers: ${counts(ledger.answers)}`,
    `warnings and errors in the nodes' logs: ${counts(complaints) || 'none'}`,
    '',
    ...violations.slice(0, MAX_SHOWN).map((violation) => `  ! ${violation}`),
    ...(violations.length > MAX_SHOWN ? [`  … and ${String(violations.length - MAX_SHOWN)} more`] : []),
  ].join('\n');
}
