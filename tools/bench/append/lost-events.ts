import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { BenchDatabase } from './bench-database.js';

/** One way of numbering events and of polling for them. */
interface Way {
  readonly name: string;
  /** Writes one event of the department `$1` with the id `$2`. */
  readonly write: string;
  /** The next events of the department `$1` after the number `$2`. */
  readonly poll: string;
}

export interface LostEvents {
  readonly way: string;
  readonly committed: number;
  readonly rolled_back: number;
  readonly seen: number;
  /** Committed, and never seen by the poller, however long it goes on. */
  readonly lost: number;
  readonly seen_twice: number;
}

interface Load {
  /** How many departments are written to, each followed by a poller of its own. */
  readonly departments: number;
  readonly writers: number;
  readonly seconds: number;
}

const PAUSE_MS = 4;
const ROLLED_BACK_SHARE = 0.1;
const PAGE = 50;

const NAIVE: Way = {
  name: 'WHERE id > last, id of a sequence',
  write: `INSERT INTO naive_events (dept_id, event) VALUES ($1, $2)`,
  poll: `SELECT id::float8 AS number, event FROM naive_events WHERE dept_id = $1 AND id > $2 ORDER BY id LIMIT ${String(PAGE)}`,
};

const OURS: Way = {
  name: 'WHERE seq > last, seq of append_events',
  write: `SELECT append_events(jsonb_build_array(jsonb_build_object('dept', $1::text, 'id', $2::uuid, 'type', 'test', 'payload', '{}'::jsonb)))`,
  poll: `SELECT seq::float8 AS number, id AS event FROM events WHERE dept_id = $1 AND seq > $2 ORDER BY seq LIMIT ${String(PAGE)}`,
};

/** Transactions as a service's are: an event, a moment until the COMMIT, now and then a rollback. */
async function write(
  client: pg.Client,
  way: Way,
  departments: readonly string[],
  until: number,
  tally: { committed: Set<string>; rolledBack: number },
) {
  while (performance.now() < until) {
    const id = randomUUID();
    const dept = departments[Math.floor(Math.random() * departments.length)];
    await client.query('BEGIN');
    await client.query({ name: 'write', text: way.write, values: [dept, id] });
    if (Math.random() < 0.5) await sleep(Math.random() * PAUSE_MS);
    if (Math.random() < ROLLED_BACK_SHARE) {
      await client.query('ROLLBACK');
      tally.rolledBack += 1;
    } else {
      await client.query('COMMIT');
      tally.committed.add(id);
    }
  }
}

/** Follows a department until nothing comes any more after the writers have ended. */
async function follow(client: pg.Client, way: Way, dept: string, isOver: () => boolean, seen: string[]): Promise<void> {
  for (let last = 0; ;) {
    const wasOver = isOver();
    const { rows } = await client.query<{ number: number; event: string }>({ name: 'poll', text: way.poll, values: [dept, last] });
    seen.push(...rows.map((row) => row.event));
    last = rows.at(-1)?.number ?? last;
    if (rows.length === 0 && wasOver) return;
    if (rows.length < PAGE) await sleep(1);
  }
}

async function tryOut(way: Way, database: BenchDatabase, departments: readonly string[], load: Load): Promise<LostEvents> {
  const connect = (count: number) => Promise.all(Array.from({ length: count }, () => database.connect()));
  const [writers, pollers] = [await connect(load.writers), await connect(departments.length)];
  try {
    const tally = { committed: new Set<string>(), rolledBack: 0 };
    const seen: string[] = [];
    let over = false;
    const until = performance.now() + load.seconds * 1000;
    const writing = Promise.all(writers.map((client) => write(client, way, departments, until, tally))).finally(() => (over = true));
    const polling = departments.map((dept, i) => {
      const client = pollers[i];
      return client && follow(client, way, dept, () => over, seen);
    });
    await Promise.all([writing, ...polling]);
    const unique = new Set(seen);
    return {
      way: way.name,
      committed: tally.committed.size,
      rolled_back: tally.rolledBack,
      seen: unique.size,
      lost: [...tally.committed].filter((id) => !unique.has(id)).length,
      seen_twice: seen.length - unique.size,
    };
  } finally {
    await Promise.all([...writers, ...pollers].map((client) => client.end()));
  }
}

/** The same load written and polled in both ways, one after the other. */
export async function countLostEvents(database: BenchDatabase, load: Load): Promise<LostEvents[]> {
  await database.query('CREATE TABLE naive_events (id bigserial PRIMARY KEY, dept_id text NOT NULL, event uuid NOT NULL)');
  await database.query('CREATE INDEX ON naive_events (dept_id, id)');
  const departments = Array.from({ length: load.departments }, (_, n) => `watched-${String(n + 1)}`);
  await database.query('INSERT INTO departments (id, name) SELECT id, id FROM unnest($1::text[]) id', [departments]);
  return [await tryOut(NAIVE, database, departments, load), await tryOut(OURS, database, departments, load)];
}
