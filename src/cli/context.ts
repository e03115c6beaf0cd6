import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { createLogger } from '../platform/logging/logger.js';
import { startEmbeddedPostgres } from '../platform/database/embedded/embedded-postgres.js';
import { historyOf, type MigrationHistory, WARDLINE_HISTORY } from '../platform/database/migrations/migration-history.js';
import { type Program, readProgram } from '../program/load-hospital.js';

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
  const { hospital, config } = program;
  const histories = [WARDLINE_HISTORY, ...(hospital?.migrations ? [historyOf(hospital.name, hospital.migrations)] : [])];
  const { DATABASE_URL, DATABASE_MIGRATION_URL, DATA_DIR } = config.database;
  if (DATABASE_URL !== undefined)
    return work({ ...program, histories, ownerUrl: DATABASE_MIGRATION_URL ?? DATABASE_URL, applicationUrl: DATABASE_URL });
  const logger = await createLogger({ level: 'warn', pretty: false });
  const server = await startEmbeddedPostgres({ dataDir: DATA_DIR, log: (event, fields) => logger.debug(event, fields) });
  try {
    return await work({ ...program, histories, ownerUrl: server.ownerUrl, applicationUrl: server.applicationUrl });
  } finally {
    await server.stop();
  }
}
