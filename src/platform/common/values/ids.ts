import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import { z } from 'zod';

/** A new id; rises with time, so that an index stays compact. */
export function newId(): string {
  return v7();
}

/** 256 random bits, URL-safe: session ids, station keys, generated passwords. */
export function newSecret(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** Before every other id. */
export const NIL_ID = '00000000-0000-0000-0000-000000000000';

/** A UUID, in small letters. */
export const uuid = z.guid().toLowerCase();
/** A place's id, chosen by people, never reused. */
export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
/** Ids of rooms, beds and stations: a department's slug may come first. */
export const placeId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
