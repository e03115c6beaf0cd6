import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../system/package-root.js';

/** The migrations of one owner, and the table that remembers which of them were applied. */
export interface MigrationHistory {
  /** `wardline`, or the name of a hospital. */
  readonly name: string;
  readonly folder: string;
  readonly table: string;
}

/** Wardline's own. */
export const WARDLINE_HISTORY: MigrationHistory = {
  name: 'wardline',
  folder: join(packageRoot(), 'migrations'),
  table: 'migrations',
};

/** Those of a hospital: applied after Wardline's, taken back without them. `st-jude` has the table `migrations_st_jude`. */
export function historyOf(hospital: string, folder: URL): MigrationHistory {
  return { name: hospital, folder: fileURLToPath(folder), table: `migrations_${hospital.replaceAll('-', '_')}` };
}
