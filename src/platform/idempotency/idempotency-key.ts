import { DomainError } from '../common/errors.js';
import { uuid } from '../common/values/ids.js';

/** @throws DomainError VALIDATION_FAILED when it is not a UUID */
export function optionalKey(header: string | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  const key = uuid.safeParse(header);
  if (!key.success) {
    throw new DomainError('VALIDATION_FAILED', 'the idempotency key must be a UUID', {
      details: { fields: [{ path: 'Idempotency-Key', problem: 'invalid_format' }] },
    });
  }
  return key.data;
}

/**
 * The key of a command, from its `Idempotency-Key` header.
 * @throws DomainError IDEMPOTENCY_KEY_REQUIRED when there is none
 */
export function requiredKey(header: string | undefined): string {
  const key = optionalKey(header);
  if (key === undefined) throw new DomainError('IDEMPOTENCY_KEY_REQUIRED', 'an Idempotency-Key header, a UUID, is needed');
  return key;
}
