import { createHash, randomInt } from 'node:crypto';

/** Crockford's alphabet: no letter looks like another sign. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 12;

/** A new one-time code, for people to type: 60 random bits as `XXXX-XXXX-XXXX`. */
export function newBoardCode(): string {
  const signs = Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length)));
  return [signs.slice(0, 4), signs.slice(4, 8), signs.slice(8)].map((group) => group.join('')).join('-');
}

/** The database's knowledge of a code. Case, spaces and hyphens do not count, and a sign that is mistaken for another is that other. */
export function boardCodeHash(code: string): Buffer {
  const plain = code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return createHash('sha256').update(plain).digest();
}
