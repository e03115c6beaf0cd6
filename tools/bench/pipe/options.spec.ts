import { describe, expect, it } from 'vitest';
import { UsageError } from '../client/invocation.js';
import { readOptions, USAGE } from './options.js';

describe('the options of the benches', () => {
  it('name benches; seconds have a default of each bench', () => {
    expect(readOptions(['hostile', 'locked-row'])).toMatchObject({ benches: ['hostile', 'locked-row'], seconds: undefined });
    expect(readOptions(['hostile', '--seconds', '20', '--only', 'readyz,snapshots'])).toMatchObject({
      seconds: 20,
      only: ['readyz', 'snapshots'],
    });
  });

  it('size a history and list rates', () => {
    expect(readOptions(['steady'])).toMatchObject({ rates: [10, 100, 500], calls: 1_000_000, events: 500_000 });
    expect(readOptions(['history', '--calls', '20000', '--events', '10000'])).toMatchObject({ calls: 20_000, events: 10_000 });
    expect(() => readOptions(['steady', '--rates', '10,0'])).toThrow(UsageError);
  });

  it.each([[['nothing']], [['--seconds', '0']], [['--seconds', '601']], [['--transport', 'udp']]])('are refused: %j', (args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });

  it('are all in the usage', () => {
    expect(USAGE).toContain('hostile|locked-row');
    expect(USAGE).toContain('--seconds N');
    expect(readOptions(['--help'])).toBeUndefined();
  });
});
