import { z } from 'zod';
import { httpSettings } from '../config/settings/http.settings.js';
import { realtimeSettings } from '../config/settings/realtime.settings.js';
import { sessionSettings } from '../config/settings/session.settings.js';
import type { Rate } from '../config/settings/setting.js';

/** The settings that an administrator changes while nodes run; each read by the parser of the setting itself. */
export const liveSettings = realtimeSettings
  .pick({
    MAX_CONNECTIONS: true,
    WARN_THRESHOLD: true,
    MAX_CONNECTIONS_PER_SESSION: true,
    MAX_CONNECTIONS_PER_USER: true,
    CONNECT_RATE_LIMIT: true,
    CLIENT_RATE_LIMIT: true,
    ROOM_RATE_LIMIT: true,
    POLL_INTERVAL_MS: true,
  })
  .extend(httpSettings.pick({ HTTP_RATE_LIMIT: true, FALLBACK_POLL_INTERVAL_MS: true }).shape)
  .extend(sessionSettings.pick({ SIGN_IN_RATE_LIMIT: true }).shape);

export type Limits = z.infer<typeof liveSettings>;
export type LimitName = keyof Limits;
export const LIMIT_NAMES = Object.keys(liveSettings.shape) as LimitName[];

/** A limit as the environment would name its value: `500`, `50/10`, `0`. */
export function limitText(value: number | Rate | null): string {
  if (value === null) return '0';
  return typeof value === 'number' ? String(value) : `${String(value.count)}/${String(value.seconds)}`;
}

/** A contradiction between limits that are valid one by one: the limit to name, or undefined. */
export function contradiction({ WARN_THRESHOLD, MAX_CONNECTIONS }: Limits): LimitName | undefined {
  return WARN_THRESHOLD > MAX_CONNECTIONS ? 'WARN_THRESHOLD' : undefined;
}
