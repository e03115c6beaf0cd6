import type { Random } from '../../simulate/plan/random.js';
import { type Fault, type FaultWorld, type Lane, pause, seconds } from './fault.js';

/** Transactions that a person with a console may leave behind. */
const HELD = [
  { what: 'an old snapshot and a transaction id', sql: 'SELECT pg_current_xact_id(), (SELECT count(*) FROM events)' },
  { what: "the lock of a department's log", sql: 'SELECT 1 FROM dept_stream ORDER BY md5(dept_id || $1) LIMIT 1 FOR UPDATE' },
  {
    what: 'the locks of three pending calls',
    sql: `SELECT 1 FROM calls WHERE state = 'pending' ORDER BY md5(id::text || $1) LIMIT 3 FOR UPDATE SKIP LOCKED`,
  },
] as const;

const hold: Fault = {
  name: 'open-transaction',
  async inject(world: FaultWorld, random: Random) {
    const kind = HELD[Math.floor(random() * HELD.length)];
    const dice = String(random());
    if (!kind) return undefined;
    const client = await world.database.connect().catch(() => undefined);
    if (!client) return undefined;
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await client.query('SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0');
      await client.query(kind.sql, kind.sql.includes('$1') ? [dice] : []);
      await pause(world.holdMs, world.signal);
      await client.query('ROLLBACK');
      return `a transaction held ${kind.what} for ${seconds(world.holdMs)}`;
    } catch {
      // The database was killed meanwhile, and the transaction with it.
      return `a transaction that held ${kind.what} ended with its database`;
    } finally {
      await client.end().catch(() => undefined);
    }
  },
};

export const TRANSACTIONS: Lane = { name: 'transactions', every: [1000, 4000], faults: [hold] };
