import { resolve } from 'node:path';
import { Command } from 'commander';
import { writeBackup } from '../../platform/database/backup/write-backup.js';
import { answer, withExistingDatabase } from '../context.js';

export function backupCommand(): Command {
  return new Command('backup')
    .description('write everything that the database holds at one moment into a file, while the ward goes on')
    .argument('<file>', 'made with mode 0600; a file of that name is replaced once the new one is whole')
    .action((file: string, _options, command: Command) =>
      withExistingDatabase(command, async ({ ownerUrl }) => {
        const path = resolve(file);
        const { takenAt, bytes, tables, rows, notNoted } = await writeBackup(ownerUrl, path);
        if (notNoted !== undefined)
          process.stderr.write(`the backup is whole, but its time could not be noted for the metric: ${notNoted}\n`);
        answer(
          command,
          { file: path, taken_at: takenAt, bytes, tables, rows, noted: notNoted === undefined },
          `${path}: ${String(rows)} rows of ${String(tables)} tables as of ${takenAt}, ${String(bytes)} bytes`,
        );
      }),
    );
}
