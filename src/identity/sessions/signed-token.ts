import { createHmac, timingSafeEqual } from 'node:crypto';

export function signToken(secret: string, token: string): string {
  return `${token}.${signatureOf(secret, token)}`;
}

/** @returns the token; undefined when none of the secrets has signed it */
export function verifyToken(secrets: readonly string[], value: string): string | undefined {
  const [token, signature, ...rest] = value.split('.');
  if (!token || !signature || rest.length > 0) return undefined;
  // The texts are compared, not what they decode to: several texts decode to the same bytes.
  const given = Buffer.from(signature);
  const matches = secrets.some((secret) => {
    const expected = Buffer.from(signatureOf(secret, token));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return matches ? token : undefined;
}

function signatureOf(secret: string, token: string): string {
  return createHmac('sha256', secret).update(token).digest('base64url');
}
