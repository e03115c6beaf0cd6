import { createHash } from 'node:crypto';
import { newSecret } from '../../platform/common/values/ids.js';

const PREFIX = 'wsk_';

/** A new station key: shown once, kept as its hash. */
export function newStationKey(): string {
  return `${PREFIX}${newSecret()}`;
}

/** 256 random bits need no slow hash. */
export function stationKeyHash(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
