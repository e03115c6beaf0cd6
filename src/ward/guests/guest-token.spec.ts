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
});
