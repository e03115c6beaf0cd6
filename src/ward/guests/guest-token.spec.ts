import { describe, expect, it } from 'vitest';
import { readGuestToken, signGuestToken } from './guest-token.js';

const SECRET = 'a-secret-of-at-least-thirty-two-characters';
const CLAIM = { bedId: 'icu-101-a', generation: 1, expires: 1_900_000_000 };
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('a guest token', () => {
  it('is read back as the claim that was signed, under each of the secrets', () => {
    const token = signGuestToken(SECRET, CLAIM);
    expect(readGuestToken([SECRET], token)).toEqual(CLAIM);
    expect(readGuestToken(['another-secret-of-thirty-two-characters', SECRET], token)).toEqual(CLAIM);
    expect(readGuestToken(['another-secret-of-thirty-two-characters'], token)).toBeUndefined();
  });

  it('has one spelling: no other last character is accepted, also one that decodes to the same bytes', () => {
    const token = signGuestToken(SECRET, CLAIM);
    const accepted = Array.from(BASE64URL, (last) => `${token.slice(0, -1)}${last}`).filter((text) => readGuestToken([SECRET], text));
    expect(accepted).toEqual([token]);
  });

  it('is signed for one bed, one generation and one end: another one under the same signature is none', () => {
    const [bed = '', generation = '', expires = '', mac = ''] = signGuestToken(SECRET, CLAIM).split('.');
    expect(readGuestToken([SECRET], [bed, generation, expires, mac].join('.'))).toEqual(CLAIM);
    for (const other of [
      ['icu-102-a', generation, expires],
      [bed, '2', expires],
      [bed, generation, '1900000001'],
    ]) {
      expect(readGuestToken([SECRET], [...other, mac].join('.'))).toBeUndefined();
    }
  });

  it('keeps its form, so that links on the walls outlive an upgrade', () => {
    expect(signGuestToken(SECRET, CLAIM)).toBe('icu-101-a.1.1900000000.p0nvWhzgfesxWzj6eQMsbGVz-R6TlSPE12zurIvG9Jo');
  });

  it.each(['', 'icu-101-a', 'icu-101-a.1.1900000000', `icu-101-a.1.1900000000.${'A'.repeat(42)}`, `ICU.1.1900000000.${'A'.repeat(43)}`])(
    'is no text of another form: %j',
    (text) => {
      expect(readGuestToken([SECRET], text)).toBeUndefined();
    },
  );
});
