import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartRefused } from '../../common/start-refused.js';
import type { MigrationHistory } from './migration-history.js';

const FILE = /^(\d{14})-([a-z0-9-]+)\.(up|down)\.sql$/;
/** First line of an `.up.sql` on whose schema an older program can run. */
const ADDITIVE = /^-- additive\b/;

/** One migration of a history. */
export interface MigrationFile {
  readonly stamp: string;
  /** TypeORM reads the order from the digits at its end. */
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** An older program runs on its schema. */
  readonly isAdditive: boolean;
}

/**
 * Reads the migrations of a history, oldest first.
 * @throws StartRefused for a file of SQL that no name of a migration has, and for one without its way back
 */
export function readMigrationFiles({ name: owner, folder }: MigrationHistory): MigrationFile[] {
  if (!existsSync(folder)) throw new StartRefused([`the migrations of ${owner} are not there: ${folder}`]);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .flatMap((file) => {
      const [, stamp, subject, way] = FILE.exec(file) ?? [];
      if (stamp === undefined || subject === undefined)
        throw new StartRefused([
          `${join(folder, file)} is not named like a migration; examples: 20260101120000-cleaning-tasks.up.sql, …-cleaning-tasks.down.sql`,
        ]);
      if (way === 'down') return [];
      const downFile = join(folder, `${stamp}-${subject}.down.sql`);
      if (!existsSync(downFile)) throw new StartRefused([`${downFile} is missing: each migration needs a way back`]);
      const up = readFileSync(join(folder, file), 'utf8');
      return [{ stamp, name: `${subject}${stamp}`, up, down: readFileSync(downFile, 'utf8'), isAdditive: ADDITIVE.test(up) }];
    });
}
