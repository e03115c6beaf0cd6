import { describe, expect, it } from 'vitest';
import { newPassword, requireGoodPassword } from './new-password.js';

async function problemOf(password: string, username = 'icu-nurse-1'): Promise<unknown> {
  try {
    await requireGoodPassword(password, username, 'new_password');
    return undefined;
  } catch (error) {
    return (error as { details: { fields: unknown[] } }).details.fields[0];
  }
}

describe('a new password', () => {
  it.each([
    '1234567890',
    '0987654321',
    'password123',
    'Password123',
    'qwertyuiop',
    'q1w2e3r4t5',
    '1111111111',
    'abcabcabcabc',
    'abcdefghij',
  ])('is not %s, which everybody tries first', async (password) => {
    expect(await problemOf(password)).toEqual({ path: 'new_password', problem: 'too_common' });
  });

  it('is not the user name, in whatever case', async () => {
    expect(await problemOf('ICU-Nurse-1')).toEqual({ path: 'new_password', problem: 'is_user_name' });
    expect(await problemOf('icu-nurse-12')).toBeUndefined();
  });

  it('is anything else of 10 characters', async () => {
    for (const password of ['a-new-password-of-mine', 'ward seven at night', 'äöüßéèêñçø'])
      expect(await problemOf(password)).toBeUndefined();
  });

  it('is counted in characters, after it is composed (NFC)', () => {
    expect(newPassword.safeParse('e\u0301'.repeat(9)).success).toBe(false);
    expect(newPassword.parse('e\u0301'.repeat(10))).toBe('é'.repeat(10));
    expect(newPassword.safeParse('😀'.repeat(9)).success).toBe(false);
    expect(newPassword.safeParse('😀'.repeat(10)).success).toBe(true);
  });

  it('has no lone surrogate and no NUL', () => {
    for (const bad of ['\ud83d', '\u0000']) expect(newPassword.safeParse(`${'x'.repeat(12)}${bad}`).success).toBe(false);
  });
});
