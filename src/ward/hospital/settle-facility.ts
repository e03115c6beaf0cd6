import type pg from 'pg';
import { openConnection } from '../../platform/database/bounded-client.js';
import { connectionOptions } from '../../platform/database/connection-options.js';

const SETTLE_TIMEOUT_MS = 30_000;

/** Name and time zone that the settings give the hospital. */
interface FacilityNames {
  /** Undefined: as the migrations or the demo named it. */
  name: string | undefined;
  /** IANA; undefined: the machine's. */
  timeZone: string | undefined;
}

/**
 * Gives a facility that nobody has named yet its name and time zone. One that has them keeps them.
 * @throws Error for a time zone that the database does not know
 */
export async function settleFacility(databaseUrl: string, { name, timeZone }: FacilityNames): Promise<void> {
  const client = await openConnection(connectionOptions(databaseUrl, 'facility', SETTLE_TIMEOUT_MS));
  try {
    const { rows } = await client.query('SELECT FROM facility WHERE settled_at IS NULL');
    if (rows.length === 0) return;
    const zone = await zoneInForce(client, timeZone);
    await client.query('UPDATE facility SET name = coalesce($1, name), time_zone = $2, settled_at = app_now() WHERE settled_at IS NULL', [
      name ?? null,
      zone,
    ]);
  } finally {
    await client.end();
  }
}

/** A zone that PostgreSQL knows as well: reports are made by it. */
async function zoneInForce(client: pg.Client, given: string | undefined): Promise<string> {
  const wanted = given ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { rows } = await client.query('SELECT FROM pg_timezone_names WHERE lower(name) = lower($1) LIMIT 1', [wanted]);
  if (rows.length > 0) return wanted;
  if (given !== undefined) throw new Error('FACILITY_TIME_ZONE: the database does not know this time zone');
  return 'UTC';
}
