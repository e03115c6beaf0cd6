import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Config } from '../config/config.js';
import type { Logger } from '../logging/logger.js';
import { EmbeddedDatabase } from './embedded-database.js';

const { start } = vi.hoisted(() => ({ start: vi.fn() }));
vi.mock('../../startup/database-server.js', () => ({ embeddedServer: start }));
vi.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() } as unknown as Logger;
const server = { ownerUrl: 'owner', applicationUrl: 'application', stop: () => Promise.resolve() };

/** Starts the database, lets it end, and fails its restarts with the messages. @returns whether it was given up */
async function afterFailures(messages: readonly string[]): Promise<boolean> {
  let end = (_why: string): void => undefined;
  start.mockImplementationOnce((_settings: unknown, _logger: unknown, onEnd: typeof end) => {
    end = onEnd;
    return Promise.resolve(server);
  });
  return new Promise((resolve, reject) => {
    const listeners = {
      onMoved: () => undefined,
      onLost: () => {
        resolve(true);
      },
    };
    const database = new EmbeddedDatabase({} as Config['database'], logger, listeners);
    for (const message of messages) start.mockImplementationOnce(() => Promise.reject(new Error(message)));
    start.mockImplementationOnce(() => {
      resolve(false);
      return Promise.resolve(server);
    });
    database.start().then(() => {
      end('it was killed');
    }, reject);
  });
}

describe('EmbeddedDatabase', () => {
  beforeEach(() => start.mockReset());

  it('gives up after six restarts that failed', async () => {
    expect(await afterFailures(Array.from({ length: 5 }, () => 'it does not start'))).toBe(false);
    start.mockReset();
    expect(await afterFailures(Array.from({ length: 6 }, () => 'it does not start'))).toBe(true);
  });

  it.each(['FATAL:  could not write init file: No space left on device', 'ENOSPC: no space left on device, write'])(
    'goes on while the disk is full: %s',
    async (message) => {
      expect(await afterFailures(Array.from({ length: 60 }, () => message))).toBe(false);
    },
  );
});
