import { describe, expect, it } from 'vitest';
import { readOptions, type SimulateOptions } from './options.js';

function read(line: string, env: Record<string, string> = {}): SimulateOptions {
  const options = readOptions({ args: line === '' ? [] : line.split(' '), env });
  if (options === 'help') throw new Error('help was not asked for');
  return options;
}

describe('readOptions', () => {
  it('takes a profile as it stands, for 10 minutes', () => {
    expect(read('S2')).toMatchObject({
      profile: {
        name: 'S2',
        nurses: 300,
        pressesPerMinute: 600,
        departments: 12,
        errorBound: 0.02,
      },
      minutes: 10,
      dataDir: './var',
      insecure: false,
      admin: undefined,
    });
  });

  it('takes 2 minutes with --short, unless a length is named', () => {
    expect(read('s3 --short').minutes).toBe(2);
    expect(read('S3 --short --minutes 0.5').minutes).toBe(0.5);
  });

  it('says so in the name when a profile was changed, and drops its goals', () => {
    const { profile } = read('S2 --nurses 30 --presses 90 --departments 3');
    expect(profile).toMatchObject({
      name: 'S2-changed',
      nurses: 30,
      pressesPerMinute: 90,
      departments: 3,
      goals: {},
    });
  });

  it('never spreads nurses over more departments than there are nurses', () => {
    expect(read('S2 --nurses 4').profile.departments).toBe(4);
    expect(() => read('S2 --nurses 4 --departments 5')).toThrow('--departments must be');
  });

  it('reads the data directory and the administrator from the environment', () => {
    const env = { DATA_DIR: '/tmp/x', WARDLINE_ADMIN_PASSWORD: 'secret' };
    expect(read('S1', env)).toMatchObject({
      dataDir: '/tmp/x',
      admin: { username: 'admin', password: 'secret' },
    });
    expect(read('S1 --data-dir /tmp/y --admin-user eva', env)).toMatchObject({
      dataDir: '/tmp/y',
      admin: { username: 'eva' },
    });
  });

  it.each([
    ['S9', 'no profile "S9"'],
    ['S1 S2', 'no profile "S1 S2"'],
    ['S1 --nurses ten', '--nurses must be a whole number'],
    ['S1 --nurses 0', 'from 1 to'],
    ['S1 --nurses 1.5', 'a whole number'],
    ['S1 --minutes 0', '--minutes must be a number'],
    ['S1 --presses=', '--presses must be'],
    ['S1 --wat', '--wat'],
    ['S1 --admin-user eva', 'WARDLINE_ADMIN_PASSWORD'],
  ])('refuses %s', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });

  it('answers --help', () => {
    expect(readOptions({ args: ['--help'], env: {} })).toBe('help');
  });
});
