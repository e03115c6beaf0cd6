import { openConnection } from '../../platform/database/bounded-client.js';
import { connectionOptions } from '../../platform/database/connection-options.js';
import { WARDLINE_ROLES } from '../access/capabilities.js';
import type { RoleDefinition } from './role-definition.js';

const SETTLE_TIMEOUT_MS = 30_000;

/** Writes only rows that differ: nodes that start together do not wait for one another. */
const UPSERT = `INSERT INTO roles AS r (id, capabilities, labels) VALUES ($1, $2, $3::jsonb)
  ON CONFLICT (id) DO UPDATE SET capabilities = excluded.capabilities, labels = excluded.labels
  WHERE (r.capabilities, r.labels) IS DISTINCT FROM (excluded.capabilities, excluded.labels)`;
const EMPTY = `UPDATE roles SET capabilities = '{}' WHERE id <> ALL ($1) AND capabilities <> '{}'`;

/** Brings the table of roles to what the program declares. A role that is no longer declared stays, for its people, with no capability. */
export async function settleRoles(databaseUrl: string, own: readonly RoleDefinition[]): Promise<void> {
  const wardlines = Object.entries(WARDLINE_ROLES).map(([id, capabilities]) => ({ id, capabilities, labels: {} }));
  const roles = [...wardlines, ...own];
  const client = await openConnection(connectionOptions(databaseUrl, 'roles', SETTLE_TIMEOUT_MS));
  try {
    for (const { id, capabilities, labels } of roles) await client.query(UPSERT, [id, capabilities, JSON.stringify(labels)]);
    await client.query(EMPTY, [roles.map(({ id }) => id)]);
  } finally {
    await client.end();
  }
}
