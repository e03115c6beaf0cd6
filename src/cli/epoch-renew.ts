import { openConnection } from '../platform/database/bounded-client.js';
import { connectionOptions } from '../platform/database/connection-options.js';
import { withDatabase } from './with-database.js';

/** `npm run epoch:renew`, after a restore from a backup: clients that hold events of the lost history start from a snapshot. */
await withDatabase(async ({ ownerUrl }) => {
  const client = await openConnection(connectionOptions(ownerUrl, 'epoch'));
  try {
    await client.query('UPDATE log_epoch SET stored = gen_random_uuid()');
  } finally {
    await client.end();
  }
  process.stdout.write('a new epoch is drawn; restart the nodes, or let them reconnect\n');
});
