import { createHmac } from 'node:crypto';
import { isSameSecret } from '../../platform/common/values/same-secret.js';

export function signToken(secret: string, token: string): string {
  return `${token}.${signatureOf(secret, token)}`;
}

/** @returns the token; undefined when none of the secrets has signed it */
export function verifyToken(secrets: readonly string[], value: string): string | undefined {
  const [token, signature, ...rest] = value.split('.');
  if (!token || !signature || rest.length > 0) return undefined;
  const isSigned = secrets.some((secret) => isSameSecret(signature, signatureOf(secret, token)));
  return isSigned ? token : undefined;
}

function signatureOf(secret: string, token: string): string {
  return createHmac('sha256', secret).update(token).digest('base64url');
}
