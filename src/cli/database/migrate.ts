import { Command } from 'commander';
import { grantToApplication } from '../../platform/database/access/grants.js';
import type { MigrationHistory } from '../../platform/database/migrations/migration-history.js';
import { migrateDown, migrateUp, migrationStatus, type MigrationStatus } from '../../platform/database/migrations/migrations.js';
import { answer, withDatabase } from '../context.js';
import { CommandFailed, EXIT } from '../exit.js';

const COUNT = /^[1-9]\d?$/;

export function migrateCommand(): Command {
  const up = new Command('up')
    .description("apply what is missing: Wardline's first, then the hospital's (the default)")
    .action((_options, command: Command) =>
      withDatabase(command, async ({ ownerUrl, applicationUrl, histories }) => {
        const applied: string[] = [];
        for (const history of histories) applied.push(...(await migrateUp(ownerUrl, history)));
        await grantToApplication(ownerUrl, applicationUrl);
        answer(command, { applied }, applied.length === 0 ? 'nothing to do' : `applied: ${applied.join(', ')}`);
      }),
    );
  const down = new Command('down')
    .description("take the newest migrations back: `down st-jude 1` the hospital's own, `down 1` Wardline's")
    .argument('[history]', 'wardline, or the name of the hospital', 'wardline')
    .argument('[count]', 'how many', '1')
    .action((first: string, second: string, _options, command: Command) => {
      const isCountFirst = COUNT.test(first);
      if (isCountFirst && command.args.length > 1)
        throw new CommandFailed(EXIT.usage, 'the name stands before the count; usage: wardline migrate down [history] [count]');
      const [name, count] = isCountFirst ? ['wardline', first] : [first, second];
      if (!COUNT.test(count)) throw new CommandFailed(EXIT.usage, 'the count must be 1 to 99; example: wardline migrate down st-jude 1');
      return withDatabase(command, async ({ ownerUrl, histories }) => {
        const names = await migrateDown(ownerUrl, Number(count), historyNamed(histories, name));
        const line = `taken back: ${String(names.length)} of ${name}${names.length === 0 ? '' : `: ${names.join(', ')}`}`;
        answer(command, { history: name, taken_back: names.length, names }, line);
      });
    });
  const status = new Command('status')
    .description('list every migration and whether the database has it; unknown ones are those of a newer program')
    .action((_options, command: Command) => showStatus(command));
  const plan = new Command('plan')
    .description('print the SQL that `up` would run, and change nothing')
    .action((_options, command: Command) =>
      withDatabase(command, async ({ ownerUrl, histories }) => {
        const missing: (MigrationStatus & { history: string })[] = [];
        for (const history of histories)
          for (const one of await migrationStatus(ownerUrl, history)) if (!one.isApplied) missing.push({ ...one, history: history.name });
        answer(
          command,
          missing.map(({ history, name, isAdditive, sql }) => ({ history, name, additive: isAdditive, sql })),
          missing.length === 0 ? '-- nothing to do' : missing.map(({ history, name, sql }) => `-- ${history}: ${name}\n${sql}`),
        );
      }),
    );
  return new Command('migrate')
    .description("the database's schema")
    .addCommand(up, { isDefault: true })
    .addCommand(down)
    .addCommand(status)
    .addCommand(plan);
}

function showStatus(command: Command): Promise<void> {
  return withDatabase(command, async ({ ownerUrl, histories }) => {
    const all: { history: string; name: string; applied: boolean; additive: boolean; known: boolean }[] = [];
    for (const history of histories)
      for (const { name, isApplied, isAdditive, isKnown } of await migrationStatus(ownerUrl, history))
        all.push({ history: history.name, name, applied: isApplied, additive: isAdditive, known: isKnown });
    answer(
      command,
      all,
      all.map(({ history, name, applied, additive, known }) => {
        const state = !applied ? 'missing' : known ? 'applied' : 'unknown';
        return `${state}  ${history}  ${name}${additive ? '  additive' : ''}`;
      }),
    );
  });
}

function historyNamed(histories: readonly MigrationHistory[], name: string): MigrationHistory {
  const found = histories.find((history) => history.name === name);
  if (found) return found;
  const known = histories.map((history) => history.name).join(', ');
  throw new CommandFailed(EXIT.usage, `there is no history ${name}; there is ${known} (--hospital brings that of a hospital)`);
}
