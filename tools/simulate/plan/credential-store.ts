import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const storeSchema = z.object({
  url: z.string(),
  passwords: z.record(z.string(), z.string()),
  keys: z.record(z.string(), z.string()),
});

const OWNER_ONLY = 0o600;

/**
 * Passwords and station keys that the seeder made, in a file next to first-run.json with the same mode. Without it each run
 * would have to reset a thousand passwords (argon2, on the server's two cores) before it could begin. Its content is only ever
 * a guess: it is tried before it is believed.
 */
export class CredentialStore {
  private readonly passwords: Map<string, string>;
  private readonly keys: Map<string, string>;

  private constructor(
    private readonly file: string,
    private readonly url: string,
    known: z.infer<typeof storeSchema> | undefined,
  ) {
    this.passwords = new Map(Object.entries(known?.passwords ?? {}));
    this.keys = new Map(Object.entries(known?.keys ?? {}));
  }

  static open(dataDir: string, url: URL): CredentialStore {
    const file = join(dataDir, 'simulate.json');
    try {
      const known = storeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (known.url === url.origin) return new CredentialStore(file, url.origin, known);
    } catch {
      // None yet, or unreadable: everything is made or reset.
    }
    return new CredentialStore(file, url.origin, undefined);
  }

  password(username: string): string | undefined {
    return this.passwords.get(username);
  }

  key(stationId: string): string | undefined {
    return this.keys.get(stationId);
  }

  rememberPassword(username: string, password: string): void {
    this.passwords.set(username, password);
  }

  rememberKey(stationId: string, key: string): void {
    this.keys.set(stationId, key);
  }

  save(): void {
    const content = {
      url: this.url,
      passwords: Object.fromEntries(this.passwords),
      keys: Object.fromEntries(this.keys),
    };
    mkdirSync(dirname(this.file), { recursive: true });
    const draft = `${this.file}.${String(process.pid)}`;
    writeFileSync(draft, JSON.stringify(content), { mode: OWNER_ONLY });
    renameSync(draft, this.file);
  }
}
