import { DomainError } from '../../platform/common/errors.js';
import { typedText } from '../../platform/common/values/text.js';
import { isCommonPassword } from './common-passwords.js';

const MIN_CHARACTERS = 10;

/** Long enough to be worth hashing, short enough to hash. */
export const newPassword = typedText(MIN_CHARACTERS, 200).refine((text) => Array.from(text).length >= MIN_CHARACTERS);

/**
 * The one rule for every new password, one's own or another person's.
 * @param field the field of the request that `details.fields` names
 * @throws DomainError VALIDATION_FAILED, `problem`: `too_common` or `is_user_name`
 */
export async function requireGoodPassword(password: string, username: string, field: string): Promise<void> {
  if (password.toLowerCase() === username.toLowerCase()) throw refused(field, 'is_user_name', 'the password is the user name');
  if (await isCommonPassword(password)) throw refused(field, 'too_common', 'the password is one of the most common ones');
}

function refused(path: string, problem: string, message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', message, { details: { fields: [{ path, problem }] } });
}
