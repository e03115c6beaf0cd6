import { Command } from 'commander';
import { openConnection } from '../platform/database/bounded-client.js';
import { connectionOptions } from '../platform/database/connection-options.js';
import { answer, withDatabase } from './context.js';

export function epochCommand(): Command {
  const renew = new Command('renew')
    .description('after a restore from a backup: clients that hold events of the lost history start from a snapshot')
    .action((_options, command: Command) =>
      withDatabase(command, async ({ ownerUrl }) => {
        const client = await openConnection(connectionOptions(ownerUrl, 'epoch'));
        try {
          await client.query('UPDATE log_epoch SET stored = gen_random_uuid()');
        } finally {
          await client.end();
        }
        answer(command, { renewed: true }, 'a new epoch is drawn; restart the nodes, or let them reconnect');
      }),
    );
  return new Command('epoch').description("the log's history").addCommand(renew);
}
