import { describe, expect, it } from 'vitest';
import { UsageError } from '../client/invocation.js';
import { count, parseFlags, postgresUrl } from './options.js';

describe('the options of a command', () => {
  it('are read as they are declared', () => {
    const { values } = parseFlags(['--rounds', '3'], {
      options: { rounds: { type: 'string' }, plain: { type: 'boolean', default: false } },
    });
    expect(values).toEqual({ rounds: '3', plain: false });
  });

  it.each([[['--nope']], [['stray']], [['--rounds']]])('are a usage error where they are not: %j', (args) => {
    expect(() => parseFlags(args, { options: { rounds: { type: 'string' } } })).toThrow(UsageError);
  });

  it.each(['1', '99'])('count: %s', (text) => {
    expect(count('rounds', text, 99)).toBe(Number(text));
  });

  it.each(['', '0', '-1', '100', '1.5', '1e1', '0x9', ' 7', 'many', 'Infinity'])('do not count: "%s"', (text) => {
    expect(() => count('rounds', text, 99)).toThrow('--rounds takes a whole number from 1 to 99');
  });

  it('name a PostgreSQL, or none', () => {
    expect(postgresUrl(undefined)).toBeUndefined();
    expect(postgresUrl('postgres://root@127.0.0.1/x')).toBe('postgres://root@127.0.0.1/x');
    expect(() => postgresUrl('mysql://x')).toThrow(UsageError);
  });
});
