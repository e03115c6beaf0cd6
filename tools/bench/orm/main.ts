import 'reflect-metadata';
import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { statement } from '../../../src/platform/database/statement.js';
import { ENTITIES } from '../../../src/startup/entities.js';
import { Room } from '../../../src/ward/hospital/entities/room.entity.js';
import { createBenchDatabase } from '../append/bench-database.js';
import { count, parseFlags, postgresUrl } from '../command/options.js';
import { runCommand } from '../command/run-command.js';

const USAGE = `usage: node dist/tools/bench/orm/main.js [options]
  --url URL   a PostgreSQL that lets us make a database; without it the embedded one is started
  --rows N    rows of each round (default 3000)
  --rounds N  rounds of each way, alternated (default 5)`;

interface OrmOptions {
  url: string | undefined;
  rows: number;
  rounds: number;
}

function readOptions(args: readonly string[]): OrmOptions | undefined {
  const options = {
    url: { type: 'string' },
    rows: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  } as const;
  const { values } = parseFlags(args, { options });
  if (values.help) return undefined;
  return { url: postgresUrl(values.url), rows: count('rows', values.rows, 100_000), rounds: count('rounds', values.rounds, 99) };
}

type Way = (id: string) => Promise<unknown>;

const insert = statement('bench_insert', 'INSERT INTO rooms (id, dept_id, name) VALUES ($1, $2, $3)');
const find = statement('bench_find', 'SELECT id, dept_id, name, retired_at FROM rooms WHERE id = $1');

/** Each way writes rows of its own; the reads ask for those that the first one wrote. */
function waysOf(client: pg.Client, manager: EntityManager): Record<string, Way> {
  return {
    'insert, prepared': (id) => client.query({ ...insert, values: [`p-${id}`, 'bench', 'Room'] }),
    'insert, manager.insert': (id) => manager.insert(Room, { id: `i-${id}`, dept: 'bench', name: 'Room' }),
    'insert, manager.save': (id) => manager.save(Room, { id: `s-${id}`, dept: 'bench', name: 'Room' }),
    'find, prepared': (id) => client.query({ ...find, values: [`p-${id}`] }),
    'find, manager.findOneBy': (id) => manager.findOneBy(Room, { id: `p-${id}` }),
  };
}

/** Microseconds of this process's CPU for one row: the database's own work is the same in every way. */
async function measure(way: Way, round: number, rows: number): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < rows; n++) await way(`${String(round)}-${String(n)}`);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / rows;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function compare(url: string, { rows, rounds }: OrmOptions): Promise<void> {
  const source = await new DataSource({ type: 'postgres', url, entities: [...ENTITIES], driver: pg, extra: { max: 1 } }).initialize();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`INSERT INTO departments (id, name) VALUES ('bench', 'Bench')`);
    const results = new Map<string, number[]>();
    const ways = Object.entries(waysOf(client, source.manager));
    // The round 0 warms up.
    for (let round = 0; round <= rounds; round++)
      for (const [name, way] of ways) {
        const cost = await measure(way, round, rows);
        if (round > 0) results.set(name, [...(results.get(name) ?? []), cost]);
      }
    for (const [name, costs] of results)
      process.stdout.write(
        `${name.padEnd(26)}${middle(costs).toFixed(0).padStart(6)} µs of CPU a row (${costs.map((one) => one.toFixed(0)).join(' ')})\n`,
      );
  } finally {
    await client.end();
    await source.destroy();
  }
}

process.exitCode = await runCommand({
  usage: USAGE,
  read: readOptions,
  run: async (options, ends) => {
    const database = await createBenchDatabase(options.url);
    ends.add(() => database.drop());
    await compare(database.url, options);
    return true;
  },
});
