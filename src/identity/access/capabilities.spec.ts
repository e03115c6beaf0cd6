import { describe, expect, it } from 'vitest';
import { can, defineCapabilities } from './capabilities.js';

describe('capabilities', () => {
  it('of Wardline follow the role', () => {
    const holders = (capability: string) => (['nurse', 'manager', 'admin'] as const).filter((role) => can({ role }, capability));
    expect(holders('call.accept')).toEqual(['nurse', 'manager', 'admin']);
    expect(holders('staffing.manage')).toEqual(['manager', 'admin']);
    expect(holders('administration')).toEqual(['admin']);
    expect(holders('nothing.known')).toEqual([]);
  });

  it('of a hospital’s own are those of the roles that it names, the last time counts', () => {
    defineCapabilities({ 'cleaning.order': ['nurse'] });
    expect(can({ role: 'nurse' }, 'cleaning.order')).toBe(true);
    expect(can({ role: 'admin' }, 'cleaning.order')).toBe(false);
    defineCapabilities({ 'cleaning.order': ['admin'] });
    expect(can({ role: 'nurse' }, 'cleaning.order')).toBe(false);
  });

  it('of Wardline cannot be given away', () => {
    expect(() => {
      defineCapabilities({ 'call.lead': ['nurse'] });
    }).toThrow("is Wardline's");
    expect(() => {
      defineCapabilities({ lead: ['nurse'] });
    }).toThrow('must match');
  });
});
