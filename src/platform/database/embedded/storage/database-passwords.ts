import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../support/embedded-postgres-error.js';
import { replaceFile } from '../support/files.js';

/** One password per role of the embedded server. */
export interface DatabasePasswords {
  readonly superuser: string;
  readonly owner: string;
  readonly application: string;
}

/**
 * Reads the passwords from `embedded-postgres-passwords.json` in DATA_DIR, or makes them (mode 0600). A missing or broken file
 * is not an error: the data are worth more than their passwords, which can be replaced.
 * @returns the passwords, and whether they were made just now, so that no existing data know them yet
 */
export async function loadOrMakePasswords(dataDir: string): Promise<{ passwords: DatabasePasswords; made: boolean }> {
  const kept = await readPasswords(dataDir);
  if (kept !== undefined) return { passwords: kept, made: false };

  const random = (): string => randomBytes(24).toString('hex');
  const passwords = { superuser: random(), owner: random(), application: random() };
  await replaceFile(fileIn(dataDir), `${JSON.stringify(passwords, null, 2)}\n`, 0o600);
  return { passwords, made: true };
}

/** The passwords that are there; undefined where the file is missing or broken. */
export async function readPasswords(dataDir: string): Promise<DatabasePasswords | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(fileIn(dataDir), 'utf8'));
    return isPasswords(content) ? content : undefined;
  } catch (error) {
    // An unreadable file is not a missing one: it may belong to another account, and must not be replaced.
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'embedded-postgres-passwords.json');
}

function isPasswords(value: unknown): value is DatabasePasswords {
  if (typeof value !== 'object' || value === null) return false;
  const { superuser, owner, application } = value as Record<string, unknown>;
  return [superuser, owner, application].every((password) => typeof password === 'string' && password.length >= 32);
}
