import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../common/errors.js';
import type { Logger } from '../logging/logger.js';
import { openConnection } from './bounded-client.js';
import { connectionOptions } from './connection-options.js';
import { asDomainError } from './database-error.js';

const LOOK_MS = 250;

/**
 * Waits for a database that is away, or takes no writes yet. Errors of another kind are for the start itself to meet.
 * @param unwanted ends the wait with its reason
 */
export async function untilDatabaseReturns(url: string, logger: Logger, unwanted: AbortSignal): Promise<void> {
  for (let looks = 0; !(await takesWrites(url)); looks += 1) {
    if (looks === 0) logger.warn('database.awaited');
    await sleep(LOOK_MS, undefined, { signal: unwanted });
  }
}

async function takesWrites(url: string): Promise<boolean> {
  try {
    const client = await openConnection(connectionOptions(url, 'check'));
    try {
      const { rows } = await client.query<{ isReadOnly: boolean }>(
        `SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly"`,
      );
      return rows[0]?.isReadOnly !== true;
    } finally {
      await client.end();
    }
  } catch (error) {
    const known = asDomainError(error);
    return !(known instanceof DomainError && known.code === 'UNAVAILABLE');
  }
}
