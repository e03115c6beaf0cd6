import { parseArgs } from 'node:util';
import { z } from 'zod';
import { OWN_PASSWORDS, Passwords } from '../identity/sign-in/passwords.js';
import { newId, newSecret } from '../platform/common/ids.js';
import { openConnection } from '../platform/database/bounded-client.js';
import { connectionOptions } from '../platform/database/connection-options.js';
import { isUniqueViolation } from '../platform/database/database-error.js';
import { grantToApplication } from '../platform/database/grants.js';
import { migrateUp } from '../platform/database/migrations.js';
import { withDatabase } from './with-database.js';

const username = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@-]{0,63}$/, '--username must be 1 to 64 of a-z, 0-9, and . _ @ -');

/** `npm run admin:create -- --username jane --name "Jane Doe"`: the first administrator of a database that was given by DATABASE_URL. */
await withDatabase(async ({ ownerUrl, applicationUrl }) => {
  const { values } = parseArgs({ options: { username: { type: 'string' }, name: { type: 'string' } } });
  const parsed = username.safeParse(values.username ?? '');
  if (!parsed.success) throw new Error(parsed.error.issues[0]?.message ?? 'a --username is needed');
  await migrateUp(ownerUrl);
  await grantToApplication(ownerUrl, applicationUrl);
  const password = newSecret(15);
  const hash = await new Passwords().hash(OWN_PASSWORDS, password);
  const client = await openConnection(connectionOptions(ownerUrl, 'admin'));
  try {
    const id = newId();
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO staff (id, username, name, role, password_hash, password_change_required) VALUES ($1, $2, $3, 'admin', $4, true)`,
      [id, parsed.data, values.name ?? parsed.data, hash],
    );
    await client.query(`SELECT append_audit('system', 'staff.create', $1, 'ok', NULL, '{"role":"admin"}')`, [`staff:${id}`]);
    await client.query('COMMIT');
  } catch (error) {
    if (isUniqueViolation(error)) throw new Error(`the user name ${parsed.data} is taken`, { cause: error });
    throw error;
  } finally {
    await client.end();
  }
  process.stdout.write(
    `administrator ${parsed.data} made; password, shown this once: ${password}\nIt must be changed at the first sign-in.\n`,
  );
});
