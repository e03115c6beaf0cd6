import { openConnection } from '../../platform/database/bounded-client.js';
import { connectionOptions } from '../../platform/database/connection-options.js';
import type { CallTypeDefinition } from './call-type-definition.js';
import { DEADLINE_COLUMNS, DEADLINE_NAMES } from '../deadlines/deadlines.js';

const SETTLE_TIMEOUT_MS = 30_000;
const ALL_KINDS = ['bedside', 'bathroom', 'staff_console'];

const COLUMNS = ['rank', 'dispatch', 'cancel_policy', 'station_kinds', 'labels', ...DEADLINE_COLUMNS];
const excluded = COLUMNS.map((column) => `excluded.${column}`).join(', ');

/** Writes only rows that differ: nodes that start together do not wait for one another. */
const UPSERT = `INSERT INTO call_types AS t (id, ${COLUMNS.join(', ')})
  VALUES ($1, ${COLUMNS.map((column, at) => `$${String(at + 2)}${column === 'labels' ? '::jsonb' : ''}`).join(', ')})
  ON CONFLICT (id) DO UPDATE SET (${COLUMNS.join(', ')}) = ROW(${excluded})
  WHERE (${COLUMNS.map((column) => `t.${column}`).join(', ')}) IS DISTINCT FROM (${excluded})`;

/**
 * Brings the types of calls that a hospital's program declares to what it declares. A type that an administrator retired stays retired;
 * one that is no longer declared stays as it is: calls were placed with it.
 */
export async function settleCallTypes(databaseUrl: string, types: readonly CallTypeDefinition[]): Promise<void> {
  if (types.length === 0) return;
  const client = await openConnection(connectionOptions(databaseUrl, 'call types', SETTLE_TIMEOUT_MS));
  try {
    for (const { id, rank, dispatch, cancelPolicy, stationKinds = ALL_KINDS, escalation, labels } of types) {
      const deadlines = DEADLINE_NAMES.map((name) => escalation?.[name] ?? null);
      const values = [id, rank, dispatch, cancelPolicy, stationKinds, JSON.stringify(labels), ...deadlines];
      await client.query(UPSERT, values);
    }
  } finally {
    await client.end();
  }
}
