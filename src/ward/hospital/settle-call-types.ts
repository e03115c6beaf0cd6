import { openConnection } from '../../platform/database/bounded-client.js';
import { connectionOptions } from '../../platform/database/connection-options.js';
import type { CallTypeDefinition } from './call-type-definition.js';

const SETTLE_TIMEOUT_MS = 30_000;
const ALL_KINDS = ['bedside', 'bathroom', 'staff_console'];

/** Writes only rows that differ: nodes that start together do not wait for one another. */
const UPSERT = `INSERT INTO call_types AS t (id, rank, dispatch, cancel_policy, station_kinds, labels,
    l1_sec, l2_sec, l3_sec, repeat_sec, presence_sec, attendance_sec)
  VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12)
  ON CONFLICT (id) DO UPDATE SET rank = excluded.rank, dispatch = excluded.dispatch, cancel_policy = excluded.cancel_policy,
    station_kinds = excluded.station_kinds, labels = excluded.labels, l1_sec = excluded.l1_sec, l2_sec = excluded.l2_sec,
    l3_sec = excluded.l3_sec, repeat_sec = excluded.repeat_sec, presence_sec = excluded.presence_sec,
    attendance_sec = excluded.attendance_sec
  WHERE (t.rank, t.dispatch, t.cancel_policy, t.station_kinds, t.labels, t.l1_sec, t.l2_sec, t.l3_sec, t.repeat_sec,
      t.presence_sec, t.attendance_sec)
    IS DISTINCT FROM (excluded.rank, excluded.dispatch, excluded.cancel_policy, excluded.station_kinds, excluded.labels,
      excluded.l1_sec, excluded.l2_sec, excluded.l3_sec, excluded.repeat_sec, excluded.presence_sec, excluded.attendance_sec)`;

/**
 * Brings the types of calls that a hospital's program declares to what it declares. A type that an administrator retired stays retired;
 * one that is no longer declared stays as it is: calls were placed with it.
 */
export async function settleCallTypes(databaseUrl: string, types: readonly CallTypeDefinition[]): Promise<void> {
  if (types.length === 0) return;
  const client = await openConnection(connectionOptions(databaseUrl, 'call types', SETTLE_TIMEOUT_MS));
  try {
    for (const { id, rank, dispatch, cancelPolicy, stationKinds = ALL_KINDS, escalation: ladder, labels } of types) {
      const deadlines = [ladder?.l1Sec, ladder?.l2Sec, ladder?.l3Sec, ladder?.repeatSec, ladder?.presenceSec, ladder?.attendanceSec];
      const values = [id, rank, dispatch, cancelPolicy, stationKinds, JSON.stringify(labels), ...deadlines.map((one) => one ?? null)];
      await client.query(UPSERT, values);
    }
  } finally {
    await client.end();
  }
}
