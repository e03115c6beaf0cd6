import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from '../platform/common/values/ids.js';
import { writeWhole } from '../platform/system/write-whole.js';

/** GUEST_LINK_SECRETS; with the embedded database one is made at the first start, otherwise there are none and no guest pages. */
export async function guestLinkSecrets(given: readonly string[], dataDir: string, isEmbedded: boolean): Promise<string[]> {
  return given.length > 0 || !isEmbedded ? [...given] : [await keptSecret(dataDir, 'guest-link-secret')];
}

/** SESSION_SECRETS, or, with the embedded database, one that is made at the first start and kept in DATA_DIR (mode 0600). */
export async function signingSecrets(given: readonly string[], dataDir: string): Promise<readonly [string, ...string[]]> {
  const [first, ...others] = given;
  if (first !== undefined) return [first, ...others];
  return [await keptSecret(dataDir, 'session-secret')];
}

async function keptSecret(dataDir: string, name: string): Promise<string> {
  const file = join(dataDir, name);
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const secret = newSecret(48);
  await writeWhole(file, `${secret}\n`, 0o600);
  return secret;
}
