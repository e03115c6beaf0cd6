import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { createLogger } from '../platform/logging/logger.js';
import { startEmbeddedPostgres } from '../platform/database/embedded/embedded-postgres.js';
import { findEmbeddedData } from '../platform/database/embedded/running-server.js';
import { historyOf, type MigrationHistory, WARDLINE_HISTORY } from '../platform/database/migrations/migration-history.js';
import { type Program, readProgram } from '../program/load-hospital.js';
import { CommandFailed, EXIT } from './exit.js';

/** Options that every command has. */
export interface CommonOptions {
  hospital?: string;
  json?: true;
}

/** The file that `--hospital` names. */
export function hospitalFile({ hospital }: CommonOptions): URL | undefined {
  return hospital === undefined ? undefined : pathToFileURL(resolve(hospital));
}

/** Wardline's settings, and the hospital's own program with `--hospital`. @throws StartRefused */
export function programOf(command: Command): Promise<Program> {
  return readProgram(hospitalFile(command.optsWithGlobals<CommonOptions>()));
}

/** A command's answer: an object with `--json`, lines for a person without. */
export function answer(command: Command, value: object, lines: string | readonly string[]): void {
  const text = command.optsWithGlobals<CommonOptions>().json === true ? JSON.stringify(value) : [lines].flat().join('\n');
  process.stdout.write(`${text}\n`);
}

/** How to reach the installation's database. */
export interface CommandDatabase extends Program {
  readonly ownerUrl: string;
  readonly applicationUrl: string;
  /** Wardline's, and the hospital's where it has one. */
  readonly histories: readonly MigrationHistory[];
}

/**
 * Runs a command on the database that the settings name, or on the embedded one, which is started for it: Wardline itself must be stopped
 * meanwhile.
 */
export async function withDatabase<T>(command: Command, work: (database: CommandDatabase) => Promise<T>): Promise<T> {
  const program = await programOf(command);
  const given = givenDatabase(program);
  if (given) return work(given);
  const logger = await createLogger({ level: 'warn', pretty: false });
  const { DATA_DIR } = program.config.database;
  const server = await startEmbeddedPostgres({ dataDir: DATA_DIR, log: (event, fields) => logger.debug(event, fields) });
  try {
    return await work({ ...program, histories: historiesOf(program), ownerUrl: server.ownerUrl, applicationUrl: server.applicationUrl });
  } finally {
    await server.stop();
  }
}

/** Runs a command on data that are there, also while Wardline runs on the embedded ones. */
export async function withExistingDatabase<T>(command: Command, work: (database: CommandDatabase) => Promise<T>): Promise<T> {
  const program = await programOf(command);
  const given = givenDatabase(program);
  if (given) return work(given);
  const { DATA_DIR } = program.config.database;
  const data = await findEmbeddedData(DATA_DIR);
  if (!data) throw new CommandFailed(EXIT.noInput, `there is no embedded database in ${DATA_DIR}: set DATA_DIR, or DATABASE_URL`);
  if (data.running) return work({ ...program, ...data.running, histories: historiesOf(program) });
  return withDatabase(command, work);
}

/** Wardline's history of migrations, and the hospital's where it has one. */
export function historiesOf({ hospital }: Program): MigrationHistory[] {
  return [WARDLINE_HISTORY, ...(hospital?.migrations ? [historyOf(hospital.name, hospital.migrations)] : [])];
}

/** The database of the settings; undefined where the data are embedded. */
function givenDatabase(program: Program): CommandDatabase | undefined {
  const { DATABASE_URL, DATABASE_MIGRATION_URL } = program.config.database;
  if (DATABASE_URL === undefined) return undefined;
  return { ...program, histories: historiesOf(program), ownerUrl: DATABASE_MIGRATION_URL ?? DATABASE_URL, applicationUrl: DATABASE_URL };
}
