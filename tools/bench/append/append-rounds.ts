import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { BenchDatabase } from './bench-database.js';
import { median, quantile } from './statistics.js';

/** One way to write an event durably: one statement, one commit. */
interface Side {
  readonly name: string;
  readonly text: string;
  values(dept: string): unknown[];
}

export interface SideResult {
  readonly name: string;
  /** Events per second, one for each round. */
  readonly rounds: readonly number[];
  readonly median: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

export interface AppendResult {
  readonly append: SideResult;
  readonly insert: SideResult;
  /** append / insert, of the two neighbours of each round. */
  readonly ratios: readonly number[];
  readonly ratio: number;
}

interface Load {
  readonly departments: readonly string[];
  readonly writers: number;
  readonly rounds: number;
  readonly seconds: number;
  onRound(line: string): void;
}

const WARM_UP_SECONDS = 1;
const HASH = Buffer.alloc(32, 7);

/** As large as what a call's event carries. */
function payload(): object {
  const call = {
    ...{ id: randomUUID(), dept: 'ward-07', room_id: 'ward-07-112', bed_id: 'ward-07-112-b', station_id: 'ward-07-112-bed' },
    ...{ type: 'patient_normal', state: 'pending', level: 0, priority: 0, version: 1, accepted_by: null, repeats: 0, supersedes: null },
    ...{ placed_at: '2026-11-22T02:16:25.123Z', annunciated_at: null, accepted_at: null, present_at: null, completed_at: null },
  };
  return { call_id: call.id, call, by: 'station:ward-07-112-bed' };
}

const APPEND: Side = {
  name: 'append_events',
  text: 'SELECT dept, seq FROM append_events($1::jsonb)',
  values: (dept) => [
    JSON.stringify([
      { dept, id: randomUUID(), type: 'call.pending', payload: payload(), call_id: randomUUID(), actor_id: 'station:ward-07-112-bed' },
    ]),
  ],
};

/** The same columns and indexes, nothing of what makes it a log: its number comes from a sequence, its hash from nowhere. */
const INSERT: Side = {
  name: 'plain INSERT',
  text: `INSERT INTO plain_events (dept_id, id, type, payload, call_id, actor_id, at, prev_hash, hash)
         VALUES ($1, $2, 'call.pending', $3::jsonb, $4, 'station:ward-07-112-bed', clock_timestamp(), $5, $5) RETURNING dept_id, seq`,
  values: (dept) => [dept, randomUUID(), JSON.stringify(payload()), randomUUID(), HASH],
};

async function runRound(side: Side, clients: readonly pg.Client[], departments: readonly string[], seconds: number) {
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(
    clients.map(async (client) => {
      for (let before = performance.now(); before < until;) {
        const dept = departments[Math.floor(Math.random() * departments.length)] ?? '';
        await client.query({ name: side.name, text: side.text, values: side.values(dept) });
        const after = performance.now();
        latencies.push(after - before);
        before = after;
      }
    }),
  );
  return { perSecond: (latencies.length * 1000) / (performance.now() - started), latencies };
}

/** Both sides in turns on the same connections; who begins changes from round to round. */
export async function compareAppends(database: BenchDatabase, load: Load): Promise<AppendResult> {
  await database.query('CREATE TABLE plain_events (LIKE events INCLUDING ALL)');
  await database.query('CREATE SEQUENCE plain_seq OWNED BY plain_events.seq CACHE 1');
  await database.query(`ALTER TABLE plain_events ALTER seq SET DEFAULT nextval('plain_seq')`);
  const clients = await Promise.all(Array.from({ length: load.writers }, () => database.connect()));
  try {
    for (const side of [APPEND, INSERT]) await runRound(side, clients, load.departments, WARM_UP_SECONDS);
    const speeds = new Map<Side, number[]>([
      [APPEND, []],
      [INSERT, []],
    ]);
    const latencies = new Map<Side, number[]>([
      [APPEND, []],
      [INSERT, []],
    ]);
    for (let round = 0; round < load.rounds; round++) {
      for (const side of round % 2 === 0 ? [APPEND, INSERT] : [INSERT, APPEND]) {
        const { perSecond, latencies: times } = await runRound(side, clients, load.departments, load.seconds);
        speeds.get(side)?.push(perSecond);
        latencies.set(side, (latencies.get(side) ?? []).concat(times));
        load.onRound(`round ${String(round + 1)} of ${String(load.rounds)}: ${side.name} ${perSecond.toFixed(0)}/s`);
      }
    }
    const resultOf = (side: Side): SideResult => {
      const [rounds, times] = [speeds.get(side) ?? [], latencies.get(side) ?? []];
      return { name: side.name, rounds, median: median(rounds), p50_ms: median(times), p99_ms: quantile(times, 0.99) };
    };
    const [append, insert] = [resultOf(APPEND), resultOf(INSERT)];
    const ratios = append.rounds.map((perSecond, round) => perSecond / (insert.rounds[round] ?? Number.NaN));
    return { append, insert, ratios, ratio: median(ratios) };
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
