import { Passwords } from '../identity/sign-in/passwords.js';
import { settleRoles } from '../identity/roles/settle-roles.js';
import type { Logger } from '../platform/logging/logger.js';
import type { DatabaseSettings } from '../platform/config/settings/database.settings.js';
import { DEFAULT_FACILITY_NAME, type FacilitySettings } from '../platform/config/settings/facility.settings.js';
import { grantToApplication } from '../platform/database/access/grants.js';
import { requireOwnSessions } from '../platform/database/access/own-sessions.js';
import { excessPowerOf } from '../platform/database/access/role-check.js';
import { setRetentionFloor } from '../platform/database/retention-floor.js';
import { historyOf } from '../platform/database/migrations/migration-history.js';
import { migrateUp } from '../platform/database/migrations/migrations.js';
import type { HospitalDefinition } from '../program/define-hospital.js';
import { seedDemoHospital } from '../ward/hospital/demo-seed.js';
import { settleCallTypes } from '../ward/hospital/settle-call-types.js';
import { settleFacility } from '../ward/hospital/settle-facility.js';
import type { DatabaseServer } from './database-server.js';

/** A database that is up, migrated and, where asked for, seeded. */
export interface Storage {
  /** The application's database URL. */
  databaseUrl: string;
  stop(): Promise<void>;
}

interface StorageOptions {
  server: DatabaseServer;
  settings: DatabaseSettings;
  facility: FacilitySettings;
  /** The hospital's own program, where there is one. */
  hospital: HospitalDefinition | undefined;
  /** The address that Wardline will listen on. */
  url: string;
  logger: Logger;
  /** The start is not wanted any more. */
  unwanted: AbortSignal;
}

/** Brings the database where the application needs it: the migrations, the grants, the demo hospital, the facility's name and zone. */
export async function openStorage({ server, settings, facility, hospital, url, logger, unwanted }: StorageOptions): Promise<Storage> {
  try {
    unwanted.throwIfAborted();
    const { DATABASE_MIGRATION_URL, DATABASE_URL } = settings;
    if (DATABASE_URL !== undefined) await requireOwnSessions('DATABASE_URL', DATABASE_URL);
    if (DATABASE_MIGRATION_URL !== undefined) await requireOwnSessions('DATABASE_MIGRATION_URL', DATABASE_MIGRATION_URL);
    const applied = await migrateUp(server.ownerUrl);
    if (hospital?.migrations) applied.push(...(await migrateUp(server.ownerUrl, historyOf(hospital.name, hospital.migrations))));
    if (applied.length > 0) logger.info('database.migrated', { applied });
    await grantToApplication(server.ownerUrl, server.applicationUrl);
    unwanted.throwIfAborted();
    const { EVENT_RETENTION_DAYS: eventDays, AUDIT_RETENTION_DAYS: auditDays } = settings;
    await setRetentionFloor(server.ownerUrl, { eventDays, auditDays });
    const power = await excessPowerOf(server.applicationUrl);
    if (power !== undefined) {
      const hint = 'this role could change the audit: name the owner in DATABASE_MIGRATION_URL and a lesser role in DATABASE_URL';
      logger.warn('database.role_too_powerful', { power, hint });
    }
    if (settings.SEED_DEMO ?? settings.DATABASE_URL === undefined) {
      const { ownerUrl: databaseUrl } = server;
      await seedDemoHospital({ databaseUrl, dataDir: settings.DATA_DIR, url, passwords: new Passwords() });
    }
    const { FACILITY_NAME, FACILITY_TIME_ZONE: timeZone } = facility;
    const name = FACILITY_NAME === DEFAULT_FACILITY_NAME ? undefined : FACILITY_NAME;
    await settleFacility(server.ownerUrl, { name, timeZone });
    await settleRoles(server.ownerUrl, hospital?.roles ?? []);
    await settleCallTypes(server.ownerUrl, hospital?.callTypes ?? []);
    return { databaseUrl: server.applicationUrl, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
