import { describe, expect, it } from 'vitest';
import { placeAfter } from './place-after.js';

const NURSE = { capabilities: ['call.accept', 'shift.work'] } as Parameters<typeof placeAfter>[1];
const ADMIN = { capabilities: ['administration'] } as Parameters<typeof placeAfter>[1];

describe('the page after a sign-in', () => {
  it('is the place of the role', () => {
    expect(placeAfter('', NURSE)).toBe('/app');
    expect(placeAfter('?ended=expired', ADMIN)).toBe('/console');
  });

  it('is the page that was asked for, whatever the role', () => {
    expect(placeAfter('?next=/app/calls/c-1', ADMIN)).toBe('/app/calls/c-1');
    expect(placeAfter('?next=%2Fconsole%2Flinks', NURSE)).toBe('/console/links');
  });

  it.each([
    '//elsewhere.example',
    'https://elsewhere.example/app',
    '/app/../api',
    '/application',
    '/g/x',
    'javascript:alert(1)',
    '/app?x=1',
  ])('is never %s', (next) => {
    expect(placeAfter(`?next=${encodeURIComponent(next)}`, NURSE)).toBe('/app');
  });
});
