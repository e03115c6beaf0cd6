import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readableBy } from './readable-by.js';
import type { RouteMarks } from './route-marks.js';

const ALLOWED = ['https://allowed.example'];
const PARTNER = ['https://partner.example'];

function optionsWith(rule: 'any' | readonly string[] | undefined): object | undefined {
  let options: object | undefined;
  readableBy({ originsOf: () => rule } as unknown as RouteMarks, ALLOWED)({} as IncomingMessage, (_error, given) => {
    options = given;
  });
  return options;
}

describe('a route can be read', () => {
  it('by pages of ALLOWED_ORIGINS, or of its own list in their place, with cookies', () => {
    expect(optionsWith(undefined)).toMatchObject({ origin: ALLOWED, credentials: true });
    expect(optionsWith(PARTNER)).toMatchObject({ origin: PARTNER, credentials: true });
  });

  it('by pages of any origin without cookies', () => {
    expect(optionsWith('any')).toMatchObject({ origin: '*', credentials: false });
  });
});
