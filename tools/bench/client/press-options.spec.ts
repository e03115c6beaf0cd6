import { describe, expect, it } from 'vitest';
import { readPressOptions } from './press-options.js';

describe('readPressOptions', () => {
  it('takes a station, and perhaps a type', () => {
    expect(readPressOptions({ args: ['icu-101-bed'], env: {} })).toEqual({
      stationId: 'icu-101-bed',
      type: undefined,
      url: undefined,
      dataDir: './var',
      insecure: false,
    });
    const args = ['icu-101-bed', 'code_blue', '--url', 'https://localhost:1', '--insecure'];
    expect(readPressOptions({ args, env: { DATA_DIR: '/d' } })).toMatchObject({
      type: 'code_blue',
      url: 'https://localhost:1',
      dataDir: '/d',
      insecure: true,
    });
  });

  it.each([[[]], [['a', 'b', 'c']], [['a', '--nope']]])('shows how it is used for %j', (args) => {
    expect(() => readPressOptions({ args, env: {} })).toThrow('usage: npm run press');
  });
});
