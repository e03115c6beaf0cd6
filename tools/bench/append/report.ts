import { writeJsonFile } from '../command/json-file.js';
import type { describeMachine } from '../../simulate/measure/machine.js';
import type { AppendResult, SideResult } from './append-rounds.js';
import type { BenchDatabase } from './bench-database.js';
import type { IdlePoll } from './idle-poll.js';
import type { LostEvents } from './lost-events.js';
import type { AppendOptions } from './options.js';

const RATIO_GOAL = 0.6;
const POLL_GOAL_MS = 2;

export interface AppendFacts {
  readonly options: AppendOptions;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly server: BenchDatabase['server'];
  readonly driver: string;
  readonly comparison: AppendResult;
  readonly lostEvents: readonly LostEvents[];
  readonly idlePoll: IdlePoll;
}

function row(label: string, ...cells: readonly string[]): string {
  return label.padEnd(40) + cells.map((cell) => cell.padStart(12)).join('');
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function side({ name, rounds, median, p50_ms, p99_ms }: SideResult): string {
  return row(name, whole(median), whole(Math.min(...rounds)), whole(Math.max(...rounds)), p50_ms.toFixed(2), p99_ms.toFixed(2));
}

function verdict(isMet: boolean | undefined): string {
  if (isMet === undefined) return 'too noisy to say';
  return isMet ? 'met' : 'NOT met';
}

/** True when the rounds reach a goal; undefined when they disagree: then the median is a matter of luck. */
export function reaches(rounds: readonly number[], goal: number): boolean | undefined {
  const reached = rounds.filter((one) => one >= goal).length;
  return reached === 0 || reached === rounds.length ? reached > 0 : undefined;
}

/** The result for people. */
export function table({ options, machine, server, comparison, lostEvents, idlePoll }: AppendFacts): string {
  const { append, insert, ratio, ratios } = comparison;
  return [
    '',
    `Appending events: ${String(options.departments)} departments, ${String(options.writers)} writers, ${String(options.rounds)} × ${String(options.seconds)} s a side, alternated`,
    `PostgreSQL ${server.version}${server.embedded ? ' (embedded)' : ''}, synchronous_commit ${server.settings['synchronous_commit'] ?? '?'}, fsync ${server.settings['fsync'] ?? '?'}; ` +
      `${machine.cpu}, ${String(machine.cores)} cores, Node ${machine.node}`,
    '',
    row('events per second', 'median', 'min', 'max', 'p50 ms', 'p99 ms'),
    side(append),
    side(insert),
    row('ratio', ratio.toFixed(2), Math.min(...ratios).toFixed(2), Math.max(...ratios).toFixed(2)) +
      `   goal ≥ ${RATIO_GOAL.toFixed(1)}: ${verdict(reaches(ratios, RATIO_GOAL))}`,
    '',
    row('polling while transactions commit', 'committed', 'rolled back', 'seen', 'lost', 'twice'),
    ...lostEvents.map((one) =>
      row(one.way, whole(one.committed), whole(one.rolled_back), whole(one.seen), whole(one.lost), whole(one.seen_twice)),
    ),
    '',
    row('idle poll', 'departments', 'median ms', 'p99 ms'),
    row('heads of all in one query', whole(idlePoll.departments), idlePoll.median_ms.toFixed(2), idlePoll.p99_ms.toFixed(2)) +
      `   goal ≤ ${String(POLL_GOAL_MS)} ms: ${verdict(idlePoll.median_ms <= POLL_GOAL_MS)}`,
    '',
  ].join('\n');
}

/** The result for machines. */
export function writeJson(file: string, { options, machine, server, driver, comparison, lostEvents, idlePoll }: AppendFacts): void {
  const { append, insert, ratio, ratios } = comparison;
  const { departments, writers, rounds, seconds } = options;
  const content = {
    what: 'wardline append',
    settings: { departments, writers, rounds, seconds },
    machine,
    versions: { node: machine.node, postgresql: server.version, embedded: server.embedded, pg: driver, server_settings: server.settings },
    append: {
      unit: 'events/s',
      append_events: append,
      plain_insert: insert,
      ratios,
      ratio,
      goal: RATIO_GOAL,
      met: reaches(ratios, RATIO_GOAL) ?? 'too noisy',
    },
    lost_events: lostEvents,
    idle_poll: { ...idlePoll, goal_ms: POLL_GOAL_MS, met: idlePoll.median_ms <= POLL_GOAL_MS },
  };
  writeJsonFile(file, content);
}
