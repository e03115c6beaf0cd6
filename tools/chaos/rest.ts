import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from './checker/history.js';
import { ladders } from './checker/ladder.js';
import { overdueReceipts } from './checker/receipts.js';
import { readDatabase, type Stored } from './checker/read-history.js';
import type { Ward } from './ward.js';
import type { Cluster } from './world/cluster.js';
import type { ChaosDatabase } from './world/database.js';

/** A node loads for most of a minute on a machine that is short of CPU. */
const READY_MS = 120_000;
const QUIET_MS = 20_000;
const CATCH_UP_MS = 30_000;
/** HEARTBEAT_IDLE_SEC and two checks, by the nodes' settings, and a reserve. */
const FORGET_MS = 20_000;
const LOOK_MS = 200;

/** Looks until it holds. @returns whether it did in time */
async function eventually(look: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  // A check that fails to run does not hold yet.
  while (!(await look().catch(() => false))) {
    if (performance.now() > giveUpAt) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

async function heads(database: ChaosDatabase): Promise<Record<string, number>> {
  const rows = await database.query<{ dept: string; seq: number }>('SELECT dept_id AS dept, last_seq::float8 AS seq FROM dept_stream');
  return Object.fromEntries(rows.map(({ dept, seq }) => [dept, seq]));
}

async function overdue(database: ChaosDatabase): Promise<number> {
  const [row] = await database.query<{ overdue: number }>(
    `SELECT count(*)::int AS overdue FROM calls WHERE next_escalation_at < app_now() - interval '1 second'`,
  );
  return row?.overdue ?? 0;
}

/**
 * The database's content when every due level has happened, or has had its time to. A machine that is short of CPU may be
 * late, and a level that is missing stays missing.
 */
export async function readAtRest(database: ChaosDatabase, rules: History['rules']): Promise<Stored> {
  const giveUpAt = performance.now() + QUIET_MS;
  for (;;) {
    const stored = await readDatabase(database, rules);
    const isQuiet = ladders({ ...stored, rules }).length === 0 && overdueReceipts(stored).length === 0;
    if (isQuiet || performance.now() > giveUpAt) return stored;
    await sleep(LOOK_MS);
  }
}

/** Nodes hold as many sockets as there are clients: those of clients that are gone are forgotten. */
async function socketsFit(cluster: Cluster, ward: Ward): Promise<boolean> {
  const held = await Promise.all(cluster.slots.map((slot) => slot.figure('ws_connections')));
  return held.reduce<number>((sum, one) => sum + (one ?? 0), 0) === ward.sockets;
}

/** After the faults: the ward must come to rest by itself. @returns what each client must have seen by then, and what did not come right */
export async function comeToRest(database: ChaosDatabase, cluster: Cluster, ward: Ward): Promise<Pick<History, 'mustHave' | 'incidents'>> {
  const incidents: string[] = [];
  await cluster.untilReady(READY_MS).catch((error: unknown) => {
    incidents.push(error instanceof Error ? error.message : String(error));
  });
  if (!(await eventually(async () => (await overdue(database)) === 0, QUIET_MS)))
    incidents.push(`${String(await overdue(database))} calls are overdue ${String(QUIET_MS / 1000)} s after the last fault`);
  const mustHave = await heads(database);
  await ward.caughtUp(mustHave, CATCH_UP_MS);
  if (!(await eventually(() => socketsFit(cluster, ward), FORGET_MS))) {
    const held = await Promise.all(cluster.slots.map((slot) => slot.figure('ws_connections')));
    incidents.push(`${String(ward.sockets)} clients are connected, and the nodes hold ${held.join(' + ')} sockets`);
  }
  return { mustHave, incidents };
}
