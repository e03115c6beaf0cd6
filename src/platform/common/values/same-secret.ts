import { timingSafeEqual } from 'node:crypto';

/**
 * Compares two secrets in a time that tells nothing of how far they agree. The texts are compared, not the bytes that they
 * decode to: base64url has several texts for the same bytes, and only one of them was issued.
 */
export function isSameSecret(given: string, expected: string): boolean {
  const givenBytes = Buffer.from(given);
  const expectedBytes = Buffer.from(expected);
  return givenBytes.length === expectedBytes.length && timingSafeEqual(givenBytes, expectedBytes);
}
