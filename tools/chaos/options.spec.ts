import { describe, expect, it } from 'vitest';
import { readOptions } from './options.js';

const KNOWN = ['node-kill', 'disk-full', 'clock-jump'];

describe('the options of a chaos run', () => {
  it('are all faults for a minute, with a transaction that is held for a third of it', () => {
    expect(readOptions([], KNOWN)).toMatchObject({ faults: KNOWN, seconds: 60, nodes: 3, holdSec: 20, url: undefined });
  });

  it('name the faults that are wanted, or those that are not', () => {
    expect(readOptions(['--faults', 'node-kill,clock-jump'], KNOWN)?.faults).toEqual(['node-kill', 'clock-jump']);
    expect(readOptions(['--faults=-disk-full'], KNOWN)?.faults).toEqual(['node-kill', 'clock-jump']);
  });

  it('hold a transaction for no longer than a minute unless told to', () => {
    expect(readOptions(['--seconds', '600'], KNOWN)?.holdSec).toBe(60);
    expect(readOptions(['--hold', '90'], KNOWN)?.holdSec).toBe(90);
  });

  it.each([['--faults', 'meteor'], ['--seed', '0'], ['--nodes', 'many'], ['--url', 'mysql://x'], ['--what']])('refuse %s %s', (...args) => {
    expect(() => readOptions(args, KNOWN)).toThrow();
  });

  it('end with help where that is asked for', () => {
    expect(readOptions(['--help'], KNOWN)).toBeUndefined();
  });
});
