import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import pg from 'pg';
import { settleRoles } from '../identity/roles/settle-roles.js';
import { readConfig } from '../platform/config/config.js';
import { testServerUrl } from '../platform/config/environment.js';
import { historyOf } from '../platform/database/migrations/migration-history.js';
import { setRetentionFloor } from '../platform/database/retention-floor.js';
import { DueWorkScheduler } from '../platform/scheduling/due-work-scheduler.js';
import type { HospitalDefinition } from '../program/define-hospital.js';
import { requireSound, settingsOfHospital } from '../program/load-hospital.js';
import { settleCallTypes } from '../ward/hospital/settle-call-types.js';
import type { FirstRun } from './first-run.js';
import { startTestNode, TEST_SECRET } from './start-node.js';
import { acquireTestServer } from './test-server.js';
import { TestWard } from './test-ward.js';

const SECONDS = { s: 1, min: 60, h: 3600 } as const;

/** Settings of tests: no limit of requests, no node that looks late because the clock was moved. */
const CALM: Readonly<Record<string, string>> = {
  SESSION_SECRETS: TEST_SECRET,
  PORT: '0',
  HTTP_RATE_LIMIT: '0',
  CLIENT_RATE_LIMIT: '0',
  CONNECT_RATE_LIMIT: '0',
  SERVER_HEARTBEAT_SEC: '1',
  SERVER_STALE_SEC: '86400',
};

/** Options of {@link startTestWardline}. */
export interface TestOptions {
  /** Settings as in the environment, over those of tests: `{ ST_JUDE_PAGER_URL: receiver.url }`. */
  settings?: Readonly<Record<string, string>>;
  /** A server that lets tests make databases. Default: TEST_DATABASE_URL, else an embedded PostgreSQL. */
  databaseUrl?: string;
}

/** A whole Wardline in this process, with the demo hospital, on a database of its own. */
export interface TestWardline {
  readonly url: string;
  /** PEM of the certificate to trust. */
  readonly ca: Buffer;
  readonly firstRun: FirstRun;
  /** The Nest application, for `app.get(MyService)`. */
  readonly app: INestApplication;
  readonly ward: TestWard;
  /** The time of all SQL. Timers of sockets go on as they do. */
  readonly clock: { advance(amount: number, unit: keyof typeof SECONDS): Promise<void> };
  /** Runs one statement as the owner. */
  query<R extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>;
  /** Everything that was logged, one JSON text a line. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

/** Starts a hospital on a database that is copied from a template: migrated, with the demo hospital's people and stations. */
export async function startTestWardline(hospital?: HospitalDefinition, options: TestOptions = {}): Promise<TestWardline> {
  if (hospital) requireSound(hospital);
  const server = await acquireTestServer(options.databaseUrl ?? testServerUrl());
  const own = hospital?.migrations && historyOf(hospital.name, hospital.migrations);
  const database = await server.createDatabase(own);
  const dataDir = mkdtempSync(join(tmpdir(), 'wardline-data-'));
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  const endStorage = async () => {
    await pool.end();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
    await server.release();
  };
  try {
    const settings = { ...CALM, DATABASE_URL: database.url, DATA_DIR: dataDir, ...options.settings };
    const config = readConfig(settings, hospital && settingsOfHospital(hospital));
    const { EVENT_RETENTION_DAYS: eventDays, AUDIT_RETENTION_DAYS: auditDays } = config.database;
    await setRetentionFloor(database.url, { eventDays, auditDays });
    await settleRoles(database.url, hospital?.roles ?? []);
    await settleCallTypes(database.url, hospital?.callTypes ?? []);
    const { url, ca, app, log } = await startTestNode({ ...hospital, config, databaseUrl: database.url, dataDir });
    const ward = new TestWard(url, ca, database.firstRun);
    return {
      url,
      ca,
      firstRun: { ...database.firstRun, url },
      app,
      ward,
      clock: {
        advance: async (amount, unit) => {
          await pool.query('UPDATE clock_skew SET skew = skew + make_interval(secs => $1)', [amount * SECONDS[unit]]);
          app.get(DueWorkScheduler).wakeAll();
        },
      },
      query: async (text, values = []) => (await pool.query(text, values)).rows as never,
      log,
      stop: async () => {
        ward.close();
        await app.close();
        await endStorage();
      },
    };
  } catch (error) {
    await endStorage();
    throw error;
  }
}
