import { resolve } from 'node:path';
import { Command } from 'commander';
import { grantToApplication } from '../../platform/database/access/grants.js';
import { type BackupHeader, BackupReader } from '../../platform/database/backup/backup-file.js';
import { requireKnownBackup, restoreBackup } from '../../platform/database/backup/restore-backup.js';
import { answer, historiesOf, programOf, withDatabase } from '../context.js';

export function restoreCommand(): Command {
  return new Command('restore')
    .description('bring a backup into an empty database, while Wardline is stopped; every client then starts from a snapshot')
    .argument('<file>', 'made by `wardline backup`')
    .option('--take-broken-chains', 'restore also where a hash chain was broken already when the backup was made')
    .action(async (file: string, { takeBrokenChains = false }: { takeBrokenChains?: boolean }, command: Command) => {
      const path = resolve(file);
      // Before anything is made or started: a damaged file leaves an empty place as empty as it was.
      const histories = historiesOf(await programOf(command));
      await reading(path, async (reader, header) => {
        requireKnownBackup(header, histories);
        await reader.check(header);
      });
      await withDatabase(command, ({ ownerUrl, applicationUrl }) =>
        reading(path, async (reader, header) => {
          const { rows, tables, broken } = await restoreBackup({
            ownerUrl,
            histories,
            reader,
            header,
            takesBrokenChains: takeBrokenChains,
          });
          await grantToApplication(ownerUrl, applicationUrl);
          answer(command, { file: path, taken_at: header.taken_at, wardline: header.wardline, tables, rows, broken_chains: broken }, [
            `${String(rows)} rows of ${String(tables)} tables as of ${header.taken_at} are restored, under a new epoch`,
            ...broken.map((chain) => `a hash chain was broken when the backup was made: ${chain}`),
            'Wardline can be started; it migrates where the backup is of an older release',
          ]);
        }),
      );
    });
}

/** Opens the file for one reading of it. */
async function reading<T>(path: string, work: (reader: BackupReader, header: BackupHeader) => Promise<T>): Promise<T> {
  const reader = await BackupReader.open(path);
  try {
    return await work(reader, await reader.header());
  } finally {
    reader.close();
  }
}
