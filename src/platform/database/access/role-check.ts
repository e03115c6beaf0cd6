import { openConnection } from '../bounded-client.js';
import { connectionOptions } from '../connection-options.js';

/** A power of a database role beyond the application's needs: it could change or delete the record. */
export type ExcessPower = 'superuser' | 'owner';

/** @returns undefined for a role that owns nothing */
export async function excessPowerOf(applicationUrl: string): Promise<ExcessPower | undefined> {
  const client = await openConnection(connectionOptions(applicationUrl, 'startup', 10_000));
  try {
    const { rows } = await client.query<{ superuser: boolean; owner: boolean }>(
      `SELECT r.rolsuper AS superuser, pg_has_role(r.oid, c.relowner, 'MEMBER') AS owner
       FROM pg_roles r LEFT JOIN pg_class c ON c.oid = to_regclass('public.audit') WHERE r.rolname = current_user`,
    );
    if (rows[0]?.superuser === true) return 'superuser';
    return rows[0]?.owner === true ? 'owner' : undefined;
  } finally {
    await client.end();
  }
}
