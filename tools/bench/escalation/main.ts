import { createRequire } from 'node:module';
import { type BenchDatabase, lendBenchDatabase } from '../append/bench-database.js';
import { runCommand } from '../command/run-command.js';
import { say } from '../command/say.js';
import { describeMachine } from '../../simulate/measure/machine.js';
import { measureClaim } from './claim-query.js';
import { measureLateness } from './lateness-rounds.js';
import { type EscalationOptions, readOptions, USAGE } from './options.js';
import { isCorrect, table, writeJson } from './report.js';
import { seedWard } from './ward.js';

/** @returns whether every level happened exactly once */
async function measure(database: BenchDatabase, options: EscalationOptions): Promise<boolean> {
  const machine = describeMachine();
  const driver = (createRequire(import.meta.url)('pg/package.json') as { version: string }).version;
  say(`seeding ${String(options.open)} open calls`);
  await seedWard(database, options.open);
  const lateness = await measureLateness(database, { ...options, onRound: say });
  say(`the claim query, with ${String(options.closed)} closed calls`);
  const claim = await measureClaim(database, options.closed);
  const facts = { options, machine, server: database.server, driver, lateness, claim };
  process.stdout.write(`${table(facts)}\n`);
  writeJson(options.out, facts);
  say(`written to ${options.out}`);
  return isCorrect(facts);
}

process.exitCode = await runCommand({
  usage: USAGE,
  read: readOptions,
  run: async (options, ends) => measure(await lendBenchDatabase(options.url, ends), options),
});
