import { writeJsonFile } from '../bench/command/json-file.js';
import type { describeMachine } from '../simulate/measure/machine.js';
import { breaches, RULES, type Verdict } from './checker/check.js';
import type { History } from './checker/history.js';
import { eventsByCall, follow } from './checker/ladder.js';
import type { FaultCounts } from './faults/make-faults.js';
import type { ChaosOptions } from './options.js';
import type { Ledger } from './people/ledger.js';

const MAX_SHOWN = 8;

export interface ChaosFacts {
  readonly options: ChaosOptions;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly postgres: string;
  /** Faults that were asked for and are not possible here, with the reason. */
  readonly impossible: Readonly<Record<string, string>>;
  readonly faults: FaultCounts;
  readonly ledger: Ledger;
  readonly history: History;
  readonly verdict: Verdict;
  readonly complaints: ReadonlyMap<string, number>;
}

function row(label: string, value: number, note = ''): string {
  return `  ${label.padEnd(52)}${value.toLocaleString('en-US').padStart(9)}${note === '' ? '' : `   ${note}`}`;
}

function list(of: ReadonlyMap<string, number>): string {
  const texts = [...of].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what} ${String(times)}`);
  return texts.join(', ') || 'none';
}

/** How much there was for the rules to be broken by. */
function figures({ log, calls, askings, clients, acknowledged, askedAgain }: History): Record<string, number> {
  const climbs = [...eventsByCall(log).values()].map((events) => follow(events, () => undefined));
  const seen = clients.flatMap((client) => client.connections.flatMap((connection) => connection.seen));
  const ofKind = (kind: string) => seen.filter((one) => one.kind === kind).length;
  const ofType = (type: string) => log.filter((event) => event.type === type).length;
  const sum = (of: (climb: (typeof climbs)[number]) => number) => climbs.reduce((total, climb) => total + of(climb), 0);
  return {
    'acknowledged commands': acknowledged.length,
    'commands asked for a second time': askedAgain.length,
    calls: calls.length,
    'events in the log': log.length,
    'events seen by clients': ofKind('event'),
    'connections of clients': clients.reduce((total, client) => total + client.connections.length, 0),
    'resumed where they stood': ofKind('resumed'),
    pictures: ofKind('snapshot'),
    'skipped ranges': ofKind('skipped'),
    'levels 1–3': sum((climb) => climb.levels.length),
    'failsafe repeats': log.filter((event) => event.repeat !== null).length,
    'escalations for a lost nurse': sum((climb) => climb.lostNurses),
    'calls pending again': sum((climb) => climb.reopened),
    'new rounds': sum((climb) => climb.rounds),
    'clocks stopped by an urgent call': ofType('call.superseded'),
    'questions about attendance': ofType('call.attendance_due'),
    'calls passed on for want of a receipt': log.filter((event) => event.reason === 'no_receipt').length,
    'people who became unresponsive': ofType('nurse.unresponsive'),
    'receipts in the ledger': askings.filter((asking) => asking.isReceived).length,
  };
}

/** The result for people. */
export function table({ options, machine, postgres, impossible, faults, ledger, history, verdict, complaints }: ChaosFacts): string {
  const total = breaches(verdict);
  const rules = Object.entries(RULES).map(([name, { asks }]) => row(asks, verdict[name as keyof Verdict].length));
  const shown = Object.entries(verdict).flatMap(([name, faultsOf]) => [
    ...faultsOf.slice(0, MAX_SHOWN).map((fault) => `  ! ${name}: ${fault}`),
    ...(faultsOf.length > MAX_SHOWN ? [`  ! ${name}: … and ${String(faultsOf.length - MAX_SHOWN)} more`] : []),
  ]);
  return [
    '',
    `A ward under faults: ${String(options.nodes)} nodes, ${String(options.seconds)} s, seed ${String(options.seed)}; ` +
      `PostgreSQL ${postgres}, Node ${machine.node}, ${String(machine.cores)} cores (shared)`,
    '',
    ...options.faults.map((name) =>
      row(name, faults.get(name) ?? 0, impossible[name] === undefined ? '' : `not possible here: ${impossible[name]}`),
    ),
    '',
    ...Object.entries(figures(history)).map(([label, value]) => row(label, value)),
    row('commands that nobody answered', ledger.unanswered, 'their outcome is unknown, and not checked'),
    '',
    ...rules,
    row('breaches of any rule', total, total === 0 ? 'all rules hold' : 'NOT as it must be'),
    '',
    `answers: ${list(ledger.answers)}`,
    `warnings and errors in the nodes' logs: ${list(complaints)}`,
    '',
    ...shown,
  ].join('\n');
}

/** The same for programs. */
export function writeJson(
  file: string,
  { options, machine, postgres, impossible, faults, ledger, history, verdict, complaints }: ChaosFacts,
): void {
  const result = {
    options,
    machine,
    postgres,
    impossible,
    faults: Object.fromEntries(faults),
    figures: figures(history),
    answers: Object.fromEntries(ledger.answers),
    complaints: Object.fromEntries(complaints),
    breaches: breaches(verdict),
    verdict,
  };
  writeJsonFile(file, result);
}
