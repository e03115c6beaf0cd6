import { median, quantile } from '../append/statistics.js';
import { HttpClient } from '../client/http-client.js';
import { roundsAtMost } from '../hostile/verdict.js';
import type { Bench, Goal, Outcome } from '../pipe/bench.js';
import type { Transport } from '../pipe/options.js';
import { row } from '../pipe/report.js';
import { COMMANDS, CommandWard } from './command-ward.js';
import { type Cost, costOf, moveAway, type Side, startBare, startWardline } from './sides.js';

/** Commands of each kind in a round. */
const STATIONS = 100;
const AWAY_MS = 0.5;

type Measured = (Cost & { what: string })[];

interface Measurable {
  readonly name: string;
  measure(): Promise<Measured>;
}

/** One command at a time on a node that does nothing else: its time, and what it costs the node and the database. */
export async function commands(bench: Bench): Promise<Outcome> {
  const { options, say } = bench;
  const sides = await startSides(bench);
  for (const side of sides) await side.measure();
  const rounds = sides.map(({ name }) => ({ name, all: [] as Measured[] }));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [n, side] of sides.entries()) {
      const measured = await side.measure();
      rounds[n]?.all.push(measured);
      say(`round ${String(round + 1)}: ${side.name}, p50 of ${measured[0]?.what ?? ''} ${p50(measured[0]).toFixed(2)} ms`);
    }
  }
  return {
    title: `commands, ${bench.transport}: one at a time, ${String(STATIONS)} of each kind in each of ${String(options.rounds)} round(s), sides in turns`,
    lines: [
      row('medians of the rounds', 'p50 ms', 'p99 ms', 'node CPU ms', 'PG CPU ms'),
      ...rounds.flatMap(({ name, all }) =>
        (all[0] ?? []).map(({ what }, n) => {
          const of = (value: (cost: Cost) => number) => median(all.map((one) => (one[n] ? value(one[n]) : Number.NaN))).toFixed(2);
          return row(
            `${name}: ${what}`,
            of(p50),
            of(({ answeredMs }) => quantile(answeredMs, 0.99)),
            of((c) => c.nodeMs),
            of((c) => c.databaseMs),
          );
        }),
      ),
      '(one request at a time; clients, servers and PostgreSQL share the machine; the bare handler is plain in any case)',
    ],
    settings: {
      transport: bench.transport,
      stations: STATIONS,
      away_ms: AWAY_MS,
      rounds: options.rounds,
      against: options.against,
      node: options.node,
    },
    result: rounds,
    goals: goalsOf(rounds, bench.transport),
  };
}

function p50(cost: Cost | undefined): number {
  return quantile(cost?.answeredMs ?? [], 0.5);
}

/** The costs of a press are those of a plain one: the floor is plain, too. */
function goalsOf(rounds: readonly { name: string; all: readonly Measured[] }[], transport: Transport): Goal[] {
  const of = (side: string, what: string, value: (cost: Cost) => number): number[] =>
    (rounds.find(({ name }) => name === side)?.all ?? []).flatMap((all) => all.filter((one) => one.what === what).map(value));
  const shown = roundsAtMost('button to screen, p50 ms', of('wardline', 'button to screen', p50), 3);
  if (transport === 'tls') return [shown];
  return [
    shown,
    roundsAtMost(
      'a press, CPU of the node, ms',
      of('wardline', 'press', (cost) => cost.nodeMs),
      1.8,
    ),
    roundsAtMost(
      'a press, CPU of PostgreSQL, ms',
      of('wardline', 'press', (cost) => cost.databaseMs),
      1.2,
    ),
    roundsAtMost('a press, the database 1 ms away, p50 ms', of('wardline, 1 ms away', 'press', p50), 8),
  ];
}

async function startSides(bench: Bench): Promise<Measurable[]> {
  const { against, node } = bench.options;
  const awayUrl = await moveAway(bench, AWAY_MS);
  const starts: [string, Parameters<typeof startWardline>[2]][] = [
    ['wardline', {}],
    ...(against === undefined ? [] : [['against', { root: against }] satisfies (typeof starts)[number]]),
    ...(node === undefined ? [] : [['other node', { node }] satisfies (typeof starts)[number]]),
    ['wardline, 1 ms away', { url: awayUrl }],
    ...(against === undefined ? [] : [['against, 1 ms away', { url: awayUrl, root: against }] satisfies (typeof starts)[number]]),
  ];
  const sides: Measurable[] = [];
  for (const [n, [name, how]] of starts.entries()) {
    const side = await startWardline(bench, name, how);
    const ward = await CommandWard.open(bench, side.port, `side-${String(n)}`, STATIONS);
    sides.push({ name, measure: () => measureWard(bench, side, ward) });
  }
  for (const [name, url] of [
    ['bare', bench.database.url],
    ['bare, 1 ms away', awayUrl],
  ] as const) {
    const side = await startBare(bench, name, url);
    sides.push({ name, measure: () => measureBare(bench, side) });
  }
  return sides;
}

async function measureWard(bench: Bench, side: Side, ward: CommandWard): Promise<Measured> {
  const measured: Measured = [];
  for (const command of COMMANDS) {
    const cost = await costOf(bench, side, () => ward.each(command));
    measured.push({ what: command, ...cost });
    if (command === 'press') measured.push({ ...cost, what: 'button to screen', answeredMs: [...ward.shownMs] });
  }
  return measured;
}

async function measureBare(bench: Bench, side: Side): Promise<Measured> {
  const client = new HttpClient({ url: new URL(`http://127.0.0.1:${String(side.port)}`), tls: { rejectUnauthorized: true } });
  const body = { type: 'patient_normal', at: new Date().toISOString() };
  try {
    const cost = await costOf(bench, side, async () => {
      const times: number[] = [];
      for (let n = 0; n < STATIONS; n += 1) {
        const { writtenAt, answeredAt } = await client.send('POST', '/', { body });
        times.push(answeredAt - writtenAt);
      }
      return times;
    });
    return [{ what: 'press', ...cost }];
  } finally {
    client.close();
  }
}
