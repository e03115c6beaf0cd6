import { describe, expect, it } from 'vitest';
import { startArguments } from './start-arguments.js';

describe('the start', () => {
  it.each([
    [[], {}],
    [['start'], {}],
    [['--json'], {}],
    [['start', '--json'], {}],
    [['--hospital', 'x.js'], { hospital: 'x.js' }],
    [['--hospital=x.js', '--json'], { hospital: 'x.js' }],
    [['start', '--hospital', 'x.js'], { hospital: 'x.js' }],
    [['--json', '--hospital', 'x.js', 'start'], { hospital: 'x.js' }],
  ])('is meant by %j', (args, wanted) => {
    expect(startArguments(args)).toEqual(wanted);
  });

  it.each([
    [['doctor']],
    [['start', 'now']],
    [['--help']],
    [['start', '--help']],
    [['-V']],
    [['--hospital']],
    [['--hospital', 'x.js', 'migrate', 'up']],
    [['--port', '1']],
  ])('is not meant by %j', (args) => {
    expect(startArguments(args)).toBeUndefined();
  });
});
