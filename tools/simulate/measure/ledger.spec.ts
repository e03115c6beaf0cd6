import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.js';

describe('Ledger', () => {
  it('is even when each acknowledged command left its event', () => {
    const ledger = new Ledger();
    ledger.acknowledge('a', 'call.pending');
    ledger.acknowledge('a', 'call.completed');
    ledger.found('a', 'call.completed');
    ledger.found('a', 'call.repeated');
    ledger.found('foreign', 'call.pending');
    ledger.found('a', 'call.pending');
    expect(ledger.unpaid()).toEqual([]);
    expect(ledger.acknowledged).toBe(2);
  });

  it('names what is missing', () => {
    const ledger = new Ledger();
    ledger.acknowledge('a', 'call.pending');
    ledger.acknowledge('a', 'call.accepted');
    ledger.acknowledge('b', 'call.pending');
    ledger.found('a', 'call.pending');
    ledger.found('b', 'call.pending');
    expect(ledger.unpaid()).toEqual(['call.accepted of a']);
  });
});
