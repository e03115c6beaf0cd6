import { Command } from 'commander';
import { openConnection } from '../../platform/database/bounded-client.js';
import { connectionOptions } from '../../platform/database/connection-options.js';
import { answer, withDatabase } from '../context.js';

export function epochCommand(): Command {
  const renew = new Command('renew')
    .description('after a restore from a backup: clients that hold events of the lost history start from a snapshot')
    .action((_options, command: Command) =>
      withDatabase(command, async ({ ownerUrl }) => {
        const client = await openConnection(connectionOptions(ownerUrl, 'epoch'));
        try {
          await client.query('SELECT renew_epoch(stored) FROM log_epoch');
        } finally {
          await client.end();
        }
        answer(command, { renewed: true }, 'a new epoch is drawn; nodes that run notice it by themselves');
      }),
    );
  return new Command('epoch').description("the log's history").addCommand(renew);
}
