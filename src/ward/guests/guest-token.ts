import { createHmac } from 'node:crypto';
import { isSameSecret } from '../../platform/common/values/same-secret.js';

/** The bed that a link is for, which of its links it is, and how long it lasts. */
export interface GuestClaim {
  bedId: string;
  /** Rises when the bed's links end: earlier ones are worth nothing then. */
  generation: number;
  /** Seconds since 1970. */
  expires: number;
}

const TOKEN = /^([a-z0-9][a-z0-9-]{0,63})\.(\d{1,9})\.(\d{1,11})\.([A-Za-z0-9_-]{43})$/;

function macOf(secret: string, payload: string): string {
  return createHmac('sha256', secret).update(`wardline guest link\n${payload}`).digest('base64url');
}

/** @param secret the first of GUEST_LINK_SECRETS */
export function signGuestToken(secret: string, { bedId, generation, expires }: GuestClaim): string {
  const payload = `${bedId}.${String(generation)}.${String(expires)}`;
  return `${payload}.${macOf(secret, payload)}`;
}

/** Undefined for a token that none of the secrets has signed. The database decides if it has expired. */
export function readGuestToken(secrets: readonly string[], token: string): GuestClaim | undefined {
  const parts = TOKEN.exec(token);
  const [, bedId, generation, expires, mac] = parts ?? [];
  if (bedId === undefined || generation === undefined || expires === undefined || mac === undefined) return undefined;
  const payload = `${bedId}.${generation}.${expires}`;
  const isSigned = secrets.some((secret) => isSameSecret(mac, macOf(secret, payload)));
  return isSigned ? { bedId, generation: Number(generation), expires: Number(expires) } : undefined;
}
