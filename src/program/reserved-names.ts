import { SETTING_NAMES } from '../platform/config/config.js';
import { settingPrefix } from '../platform/config/own-settings.js';

/** First words of Wardline's events, frames and metrics, and some that it may need: a hospital of such a name would own them. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['wardline', 'core', 'system', 'hospital'],
  ...['call', 'department', 'directory', 'notice', 'nurse', 'room', 'shift', 'staff', 'station'],
  ...['ack', 'broadcast', 'close', 'direct', 'error', 'hello', 'ok', 'ping', 'pong', 'server', 'session', 'skipped', 'snapshot'],
  ...['subscribe', 'unsubscribe', 'unsubscribed'],
  ...['avg', 'failed', 'memory', 'nodejs', 'pending', 'poll', 'process', 'ws'],
]);

/** True for a name of a hospital that begins names of Wardline's own. */
export function isReservedName(name: string): boolean {
  const [first = ''] = name.split('-', 1);
  return RESERVED.has(first) || SETTING_NAMES.some((setting) => `${setting}_`.startsWith(settingPrefix(name)));
}
