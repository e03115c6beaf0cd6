import { z } from 'zod';
import { DomainError } from '../../platform/common/errors.js';

/** How users, connections, rooms and channels of the cluster are named: safe inside keys, channels and paths. */
export const clusterName = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/);

/** @throws DomainError VALIDATION_FAILED */
export function requireName(what: string, name: string): void {
  if (clusterName.safeParse(name).success) return;
  throw new DomainError('VALIDATION_FAILED', `not a name of a ${what}: 1 to 64 of A-Z a-z 0-9 _ . : -`, {
    details: { fields: [{ path: what, problem: 'invalid_format' }] },
  });
}
