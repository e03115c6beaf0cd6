import { writeJsonFile } from '../command/json-file.js';
import type { BenchDatabase } from '../append/bench-database.js';
import type { describeMachine } from '../../simulate/measure/machine.js';
import type { ClaimResult } from './claim-query.js';
import type { LatenessResult } from './lateness-rounds.js';
import type { EscalationOptions } from './options.js';
import { WARD } from './ward.js';

const LATENESS_GOAL_MS = 50;
const CLAIM_GOAL_MS = 1;

export interface EscalationFacts {
  readonly options: EscalationOptions;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly server: BenchDatabase['server'];
  readonly driver: string;
  readonly lateness: readonly LatenessResult[];
  readonly claim: ClaimResult;
}

function row(label: string, ...cells: readonly string[]): string {
  return label.padEnd(24) + cells.map((cell) => cell.padStart(13)).join('');
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'NOT met';
}

function isInTime({ p99_ms }: LatenessResult): boolean {
  return p99_ms <= LATENESS_GOAL_MS;
}

function isOnce({ missing, duplicates }: LatenessResult): boolean {
  return missing === 0 && duplicates === 0;
}

function isCheap({ timings, uses_index }: ClaimResult): boolean {
  return uses_index && timings.every((timing) => timing.median_ms <= CLAIM_GOAL_MS);
}

/** True when every level happened exactly once. Figures are goals; this is a promise. */
export function isCorrect({ lateness }: EscalationFacts): boolean {
  return lateness.every(isOnce);
}

function latenessLine(result: LatenessResult): string {
  const worst = Math.max(...result.rounds.map((round) => round.max_ms));
  const before = Math.max(...result.rounds.map((round) => round.machine_busy_before));
  const during = Math.max(...result.rounds.map((round) => round.machine_busy));
  const cost = `${result.cpu_ms_per_call.nodes.toFixed(1)} + ${result.cpu_ms_per_call.database.toFixed(1)}`;
  const cells = [result.p50_ms, result.p99_ms, result.max_ms, worst].map(whole);
  return (
    row(
      `${String(result.nodes)} node(s)`,
      ...cells,
      whole(result.missing),
      whole(result.duplicates),
      during.toFixed(2),
      before.toFixed(2),
      cost,
    ) + `   goal p99 ≤ ${String(LATENESS_GOAL_MS)} ms: ${verdict(isInTime(result))}`
  );
}

/** The result for people. */
export function table({ options, machine, server, lateness, claim }: EscalationFacts): string {
  return [
    '',
    `Escalation: ${whole(options.open)} open calls, ${whole(options.due)} of them due spread over one second and ${String(WARD.departments)} departments, ` +
      `${String(options.rounds)} round(s) each, alternated`,
    `PostgreSQL ${server.version}${server.embedded ? ' (embedded)' : ''}, synchronous_commit ${server.settings['synchronous_commit'] ?? '?'}, fsync ${server.settings['fsync'] ?? '?'}; ` +
      `${machine.cpu}, ${String(machine.cores)} cores (shared), Node ${machine.node}`,
    '',
    row('lateness, ms', 'p50', 'p99', 'max', 'worst max', 'missing', 'duplicates', 'busy cores', 'busy before', 'CPU ms/call'),
    ...lateness.map(latenessLine),
    '(medians of the rounds; lateness = the event’s `at` minus the deadline; busy cores of the whole machine, worst round: nodes, database and other jobs; before: other jobs alone; CPU a call: nodes + database)',
    '',
    row(`claim, ${whole(claim.closed_calls)} closed`, 'runs', 'median ms', 'p99 ms'),
    ...claim.timings.map((timing) => row(timing.case, whole(timing.runs), timing.median_ms.toFixed(2), timing.p99_ms.toFixed(2))),
    `partial index used: ${claim.uses_index ? 'yes' : 'NO'}   goal median ≤ ${String(CLAIM_GOAL_MS)} ms: ${verdict(isCheap(claim))}`,
    '',
    ...claim.plan.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** The result for machines. */
export function writeJson(file: string, { options, machine, server, driver, lateness, claim }: EscalationFacts): void {
  const { rounds, open, due, closed } = options;
  const content = {
    what: 'wardline escalation',
    settings: { rounds, open, due, closed, ...WARD },
    machine,
    versions: { node: machine.node, postgresql: server.version, embedded: server.embedded, pg: driver, server_settings: server.settings },
    lateness: lateness.map((one) => ({ ...one, goal_p99_ms: LATENESS_GOAL_MS, met: isInTime(one), exactly_once: isOnce(one) })),
    claim: { ...claim, goal_ms: CLAIM_GOAL_MS, met: isCheap(claim) },
  };
  writeJsonFile(file, content);
}
