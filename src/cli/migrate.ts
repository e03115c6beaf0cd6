import { grantToApplication } from '../platform/database/grants.js';
import { migrateDown, migrateUp } from '../platform/database/migrations.js';
import { withDatabase } from './with-database.js';

/** `npm run migrate` applies what is missing; `npm run migrate -- down [n]` takes the newest n (1) back. */
await withDatabase(async ({ ownerUrl, applicationUrl }) => {
  const [direction = 'up', steps = '1'] = process.argv.slice(2);
  if (direction === 'down' && /^[1-9]\d?$/.test(steps)) {
    await migrateDown(ownerUrl, Number(steps));
    process.stdout.write(`taken back: ${steps}\n`);
    return;
  }
  if (direction !== 'up') throw new Error('usage: npm run migrate [-- up | down [n]]');
  const applied = await migrateUp(ownerUrl);
  await grantToApplication(ownerUrl, applicationUrl);
  process.stdout.write(applied.length === 0 ? 'nothing to do\n' : `applied: ${applied.join(', ')}\n`);
});
