import { z } from 'zod';
import { StartRefused } from '../common/start-refused.js';
import { clusterSettings, type ClusterSettings } from './settings/cluster.settings.js';
import { databaseSettings, type DatabaseSettings } from './settings/database.settings.js';
import { facilitySettings, type FacilitySettings } from './settings/facility.settings.js';
import { guestSettings, type GuestSettings } from './settings/guest.settings.js';
import { httpSettings, type HttpSettings } from './settings/http.settings.js';
import { operationsSettings, type OperationsSettings } from './settings/operations.settings.js';
import type { OwnSettings } from './own-settings.js';
import { realtimeSettings, type RealtimeSettings } from './settings/realtime.settings.js';
import { screenSettings, type ScreenSettings } from './settings/screen.settings.js';
import type { SettingMeta } from './settings/setting.js';
import { sessionSettings, type SessionSettings } from './settings/session.settings.js';
import { wardSettings, type WardSettings } from './settings/ward.settings.js';

/** Every concern and its schema, in the order of `.env.example`. */
export const CONCERNS = {
  http: httpSettings,
  database: databaseSettings,
  facility: facilitySettings,
  guests: guestSettings,
  screens: screenSettings,
  session: sessionSettings,
  realtime: realtimeSettings,
  ward: wardSettings,
  cluster: clusterSettings,
  operations: operationsSettings,
} as const;

/** The names of all settings, in the order of `.env.example`. */
export const SETTING_NAMES: readonly string[] = Object.values(CONCERNS).flatMap((schema) => Object.keys(schema.shape));

/** All settings of one process, read once. */
export interface Config {
  http: HttpSettings;
  database: DatabaseSettings;
  facility: FacilitySettings;
  guests: GuestSettings;
  screens: ScreenSettings;
  session: SessionSettings;
  realtime: RealtimeSettings;
  ward: WardSettings;
  cluster: ClusterSettings;
  operations: OperationsSettings;
  /** Those of the hospital's own program. */
  own?: { readonly name: string; readonly values: unknown };
}

/** The environment holds wrong values; `lines` has one for each, ready to print. */
export class ConfigError extends StartRefused {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and validates every setting of the environment. An empty value counts as not given.
 * @param own the settings that a hospital adds
 * @throws ConfigError with one line for each wrong value.
 */
export function readConfig(environment: Environment, own?: OwnSettings): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const lines: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [concern, schema] of Object.entries(CONCERNS)) {
    const result = schema.safeParse(given);
    if (result.success) config[concern] = result.data;
    else lines.push(...describeIssues(schema.shape, result.error));
  }
  if (own) {
    const result = own.schema.safeParse(given);
    if (result.success) config['own'] = { name: own.name, values: result.data };
    else lines.push(...describeIssues(own.schema.shape, result.error, `hospital ${own.name}`));
  }
  if (lines.length > 0) throw new ConfigError(lines);
  const complete = config as unknown as Config;
  // A small node needs to name one number: by itself its reserve begins where there is none.
  const { realtime } = complete;
  if (given['WARN_THRESHOLD'] === undefined) realtime.WARN_THRESHOLD = Math.min(realtime.WARN_THRESHOLD, realtime.MAX_CONNECTIONS);
  const contradictions = findContradictions(complete);
  if (contradictions.length > 0) throw new ConfigError(contradictions);
  return complete;
}

/** @param whole the name of all settings together, where a rule looks at several */
function describeIssues(shape: Record<string, z.ZodType>, error: z.ZodError, whole = 'settings'): string[] {
  const byName = new Map<string, string>();
  for (const issue of error.issues) {
    const [name = whole] = issue.path;
    if (!byName.has(String(name))) byName.set(String(name), issue.message);
  }
  return [...byName].map(([name, message]) => {
    const meta = shape[name]?.meta() as SettingMeta | undefined;
    return `${name}: ${message}${meta ? `; example: ${name}=${meta.example}` : ''}`;
  });
}

/** Values that are right alone and wrong together. */
function findContradictions({ http, database, session, realtime, ward, cluster, operations }: Config): string[] {
  const lines: string[] = [];
  if (!(ward.ESCALATION_L1_SEC < ward.ESCALATION_L2_SEC && ward.ESCALATION_L2_SEC < ward.ESCALATION_L3_SEC)) {
    lines.push(
      'ESCALATION_L1_SEC, ESCALATION_L2_SEC, ESCALATION_L3_SEC: must rise; example: ESCALATION_L1_SEC=90 ESCALATION_L2_SEC=180 ESCALATION_L3_SEC=300',
    );
  }
  if ((http.TLS_CERT_FILE === undefined) !== (http.TLS_KEY_FILE === undefined)) {
    lines.push('TLS_CERT_FILE, TLS_KEY_FILE: must be given together; example: TLS_CERT_FILE=cert.pem TLS_KEY_FILE=key.pem');
  }
  if (database.DATABASE_URL === undefined && database.DATABASE_MIGRATION_URL !== undefined) {
    lines.push(
      'DATABASE_MIGRATION_URL: needs DATABASE_URL beside it; example: DATABASE_URL=postgresql://wardline_app:secret@db.example.org/wardline',
    );
  }
  if (database.DATABASE_URL !== undefined && session.SESSION_SECRETS.length === 0) {
    lines.push('SESSION_SECRETS: is required with DATABASE_URL; example: SESSION_SECRETS=a-secret-of-at-least-32-characters');
  }
  if (realtime.WARN_THRESHOLD > realtime.MAX_CONNECTIONS) {
    lines.push('WARN_THRESHOLD: must not exceed MAX_CONNECTIONS; example: WARN_THRESHOLD=400 MAX_CONNECTIONS=500');
  }
  if (cluster.SERVER_STALE_SEC <= cluster.SERVER_HEARTBEAT_SEC) {
    lines.push('SERVER_STALE_SEC: must exceed SERVER_HEARTBEAT_SEC; example: SERVER_STALE_SEC=90 SERVER_HEARTBEAT_SEC=30');
  }
  if (operations.WORKERS > 1 && cluster.REDIS_URL === undefined) {
    lines.push('WORKERS: more than one needs REDIS_URL; example: WORKERS=1');
  }
  return lines;
}
