import { describe, expect, it } from 'vitest';
import { DomainError } from '../../platform/common/errors.js';
import type { CancelPolicy } from '../hospital/entities/call-type.entity.js';
import { type CallFacts, requirePermission, type CallerContext, stationMayCancel } from './call-permissions.js';
import type { CallCommand } from './call-states.js';

const nurse: CallerContext = { staffId: 'n', role: 'nurse', isMember: true, isOnDuty: true, isRecipient: false, showsPresence: true };
const offDuty: CallerContext = { ...nurse, isOnDuty: false };
const manager: CallerContext = { ...offDuty, staffId: 'm', role: 'manager' };
const pending: CallFacts = { state: 'pending', rank: 0, cancelPolicy: 'on_duty_or_station', acceptedBy: null, presentBy: null };
const attended: CallFacts = { ...pending, state: 'in_progress', acceptedBy: 'n', presentBy: 'staff:n' };

function verdict(command: CallCommand, who: CallerContext, facts: CallFacts, reason?: string): string {
  try {
    requirePermission(command, who, facts, reason);
    return 'ok';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.code === 'FORBIDDEN' ? String(error.details?.['reason']) : error.code;
  }
}

describe('who may accept', () => {
  it.each([
    ['an on-duty nurse', nurse, 'ok'],
    ['a recipient who is off duty', { ...offDuty, isRecipient: true }, 'ok'],
    ['a manager', manager, 'ok'],
    ['an administrator', { ...manager, role: 'admin' as const }, 'ok'],
    ['a nurse who is neither', offDuty, 'not_on_duty'],
  ])('%s', (_, who, expected) => {
    expect(verdict('accept', who, pending)).toBe(expected);
  });
});

describe('who may decline', () => {
  it('a recipient of a pending call; of an accepted one only who accepted', () => {
    expect(verdict('decline', { ...nurse, isRecipient: true }, pending)).toBe('ok');
    expect(verdict('decline', nurse, pending)).toBe('not_asked');
    const accepted: CallFacts = { ...pending, state: 'accepted', acceptedBy: 'other' };
    expect(verdict('decline', { ...nurse, isRecipient: true }, accepted)).toBe('not_asked');
    expect(verdict('decline', nurse, { ...accepted, acceptedBy: 'n' })).toBe('ok');
  });
});

describe('presence', () => {
  it('is not claimed from a phone where a station shows it', () => {
    expect(verdict('arrive', nurse, pending)).toBe('ok');
    expect(verdict('arrive', { ...nurse, showsPresence: false }, pending)).toBe('presence_at_bedside');
    expect(verdict('arrive', { ...manager, showsPresence: false }, pending)).toBe('presence_at_bedside');
  });

  it('completes: who is present, or a manager; any on-duty nurse where a station showed it', () => {
    expect(verdict('complete', nurse, attended)).toBe('ok');
    expect(verdict('complete', { ...nurse, staffId: 'x' }, attended)).toBe('not_present');
    expect(verdict('complete', manager, attended)).toBe('ok');
    const shown: CallFacts = { ...attended, rank: 2, acceptedBy: 'other', presentBy: 'station:s' };
    expect(verdict('complete', nurse, shown)).toBe('ok');
    expect(verdict('complete', offDuty, shown)).toBe('not_present');
  });
});

describe('who may cancel', () => {
  it.each<[CancelPolicy, string, string, boolean]>([
    ['on_duty_or_station', 'ok', 'ok', true],
    ['on_duty', 'ok', 'ok', false],
    ['present', 'cancel_policy', 'ok', false],
    ['station_or_present', 'cancel_policy', 'ok', true],
    ['station_or_complete', 'cancel_policy', 'cancel_policy', true],
  ])('%s: on-duty %s, present %s, origin station %s', (cancelPolicy, onDuty, present, station) => {
    expect(verdict('cancel', nurse, { ...pending, cancelPolicy })).toBe(onDuty);
    expect(verdict('cancel', nurse, { ...attended, cancelPolicy })).toBe(present);
    expect(stationMayCancel(cancelPolicy)).toBe(station);
    expect(verdict('cancel', offDuty, { ...pending, cancelPolicy })).toBe('cancel_policy');
  });

  it('from afar: a manager, with a reason', () => {
    const facts: CallFacts = { ...pending, cancelPolicy: 'station_or_complete' };
    expect(verdict('cancel', manager, facts)).toBe('REASON_REQUIRED');
    expect(verdict('cancel', manager, facts, 'patient moved')).toBe('ok');
  });
});
