import { CommanderError } from 'commander';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { StartRefused } from '../platform/common/start-refused.js';
import { openConnection } from '../platform/database/bounded-client.js';
import { connectionOptions } from '../platform/database/connection-options.js';
import { CommandFailed, EXIT } from './exit.js';
import { failureOf } from './failure.js';

function answerOf(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('the server says so', 0, 'error'), { code });
}

describe('the end of a command', () => {
  it.each(['127.0.0.1', 'localhost'])('is 69 with a reason where no database listens at %s', async (host) => {
    const error: unknown = await openConnection(connectionOptions(`postgresql://${host}:1/none`, 'test')).catch(
      (reason: unknown) => reason,
    );
    const { exitCode, lines } = failureOf(error);
    expect(exitCode).toBe(EXIT.unavailable);
    expect(lines).toEqual([expect.stringMatching(/^the database does not answer: .*ECONNREFUSED/)]);
  });

  it.each(['08006', '57P01', '57P03', '53300', '25006'])('is 69 where the server answers %s', (code) => {
    expect(failureOf(answerOf(code))).toEqual({ exitCode: EXIT.unavailable, lines: ['the database does not answer: the server says so'] });
  });

  it('is 69 for an error that TypeORM has wrapped', () => {
    expect(failureOf(Object.assign(new Error('query failed'), { driverError: answerOf('57P01') })).exitCode).toBe(EXIT.unavailable);
  });

  it('is 70 for SQL that is wrong, and for a file that is not there', () => {
    expect(failureOf(answerOf('42601'))).toEqual({ exitCode: EXIT.software, lines: ['the server says so'] });
    expect(failureOf(Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' })).exitCode).toBe(EXIT.software);
  });

  it('is that of the command, of a refused start, of a wrong use', () => {
    expect(failureOf(new CommandFailed(EXIT.data, 'no such station'))).toEqual({ exitCode: EXIT.data, lines: ['no such station'] });
    expect(failureOf(new StartRefused(['PORT: wrong']))).toEqual({ exitCode: EXIT.config, lines: ['PORT: wrong'] });
    expect(failureOf(new CommanderError(1, 'commander.unknownOption', 'unknown'))).toEqual({ exitCode: EXIT.usage, lines: [] });
  });
});
