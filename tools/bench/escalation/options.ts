import { UsageError } from '../client/invocation.js';
import { count, parseFlags, postgresUrl } from '../command/options.js';

export const USAGE = `usage: node dist/tools/bench/escalation/main.js [options]
  --url URL        a PostgreSQL that lets us make a database; without it the embedded one is started
  --nodes 1|3      only with so many nodes (default: both, alternated)
  --rounds N       rounds of each number of nodes (default 5)
  --open N         open pending calls (default 10000)
  --due N          of which so many fall due within one second (default 1000)
  --closed N       closed calls in the table when the claim query is timed, in thousands (default 1000)
  --patience N     a round waits so many seconds for a machine that does little else (default 20)
  --out FILE       where the JSON goes (default tools/bench/results/escalation.json)`;

export interface EscalationOptions {
  readonly url: string | undefined;
  readonly nodes: readonly number[];
  readonly rounds: number;
  readonly open: number;
  readonly due: number;
  readonly closed: number;
  readonly patience: number;
  readonly out: string;
}

const MOST = 999_999;
const THOUSAND = 1000;

/** @throws UsageError for what is not in {@link USAGE}; undefined when only help was asked for */
export function readOptions(args: readonly string[]): EscalationOptions | undefined {
  const text = (fallback: number) => ({ type: 'string', default: String(fallback) }) as const;
  const options = {
    url: { type: 'string' },
    nodes: { type: 'string' },
    rounds: text(5),
    open: text(10_000),
    due: text(1000),
    closed: text(1000),
    patience: text(20),
    out: { type: 'string', default: 'tools/bench/results/escalation.json' },
    help: { type: 'boolean', default: false },
  } as const;
  const { values } = parseFlags(args, { options });
  if (values.help) return undefined;
  if (values.nodes !== undefined && !/^[1-9]$/.test(values.nodes)) throw new UsageError('--nodes takes a number from 1 to 9');
  const [open, due] = [count('open', values.open, MOST), count('due', values.due, MOST)];
  if (due > open) throw new UsageError('--due cannot be more than --open');
  return {
    url: postgresUrl(values.url),
    nodes: values.nodes === undefined ? [1, 3] : [Number(values.nodes)],
    rounds: count('rounds', values.rounds, MOST),
    open,
    due,
    closed: count('closed', values.closed, MOST) * THOUSAND,
    patience: count('patience', values.patience, MOST),
    out: values.out,
  };
}
