import { describe, expect, it } from 'vitest';
import { foreignNames } from './foreign-names.js';

describe('the names that a hospital adds', () => {
  it('begin with its own prefix, or are named with it', () => {
    expect(foreignNames('error code', ['ST_JUDE_BED_TAKEN', 'OTHER_BED_TAKEN'], 'ST_JUDE_')).toEqual([
      'the error code OTHER_BED_TAKEN must begin with ST_JUDE_',
    ]);
    expect(foreignNames('error code', new Map([['ST_JUDE_BED_TAKEN', 409]]).keys(), 'ST_JUDE_')).toEqual([]);
  });
});
