import { Command } from 'commander';
import { z } from 'zod';
import { OWN_PASSWORDS, Passwords } from '../../identity/sign-in/passwords.js';
import { newId, newSecret } from '../../platform/common/values/ids.js';
import { openConnection } from '../../platform/database/bounded-client.js';
import { connectionOptions } from '../../platform/database/connection-options.js';
import { isUniqueViolation } from '../../platform/database/database-error.js';
import { grantToApplication } from '../../platform/database/access/grants.js';
import { migrateUp } from '../../platform/database/migrations/migrations.js';
import { answer, withDatabase } from '../context.js';
import { CommandFailed, EXIT } from '../exit.js';

const userName = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@-]{0,63}$/);

interface AdminOptions {
  username: string;
  name?: string;
}

export function adminCommand(): Command {
  const create = new Command('create')
    .description('make an administrator, the first one of a database that DATABASE_URL names')
    .requiredOption('--username <name>', '1 to 64 of a-z, 0-9, and . _ @ -')
    .option('--name <text>', "the person's name")
    .action(({ username, name }: AdminOptions, command: Command) => {
      const parsed = userName.safeParse(username);
      if (!parsed.success) throw new CommandFailed(EXIT.usage, '--username must be 1 to 64 of a-z, 0-9, and . _ @ -');
      return withDatabase(command, async ({ ownerUrl, applicationUrl, histories }) => {
        for (const history of histories) await migrateUp(ownerUrl, history);
        await grantToApplication(ownerUrl, applicationUrl);
        const password = await createAdministrator(ownerUrl, parsed.data, name ?? parsed.data);
        answer(command, { username: parsed.data, password }, [
          `administrator ${parsed.data} made; password, shown this once: ${password}`,
          'It must be changed at the first sign-in.',
        ]);
      });
    });
  return new Command('admin').description('administrators').addCommand(create);
}

/** @returns the password, which nobody else knows */
async function createAdministrator(ownerUrl: string, username: string, name: string): Promise<string> {
  const password = newSecret(15);
  const hash = await new Passwords().hash(OWN_PASSWORDS, password);
  const client = await openConnection(connectionOptions(ownerUrl, 'admin'));
  try {
    const id = newId();
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO staff (id, username, name, role, password_hash, password_change_required) VALUES ($1, $2, $3, 'admin', $4, true)`,
      [id, username, name, hash],
    );
    await client.query(`SELECT append_audit('system', 'staff.create', $1, 'ok', NULL, '{"role":"admin"}')`, [`staff:${id}`]);
    await client.query('COMMIT');
    return password;
  } catch (error) {
    if (isUniqueViolation(error)) throw new CommandFailed(EXIT.data, `the user name ${username} is taken`, { cause: error });
    throw error;
  } finally {
    await client.end();
  }
}
