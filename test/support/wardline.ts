import http from 'node:http';
import https from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { inject } from 'vitest';
import { readConfig } from '../../src/platform/config/config.js';
import type { Extensions } from '../../src/program/extensions.js';
import type { FirstRun } from '../../src/testing/first-run.js';
import { startTestNode, TEST_SECRET } from '../../src/testing/start-node.js';
import { setRetentionFloor } from '../../src/platform/database/retention-floor.js';
import { DueWorkScheduler } from '../../src/platform/scheduling/due-work-scheduler.js';
import { createTestDatabase, type TestDatabase } from './servers/database.js';

export { TEST_SECRET, type FirstRun };

/** A whole Wardline with the demo hospital, on a port and a database of its own. */
export interface TestWardline {
  /** https://127.0.0.1:<port>, or http:// with REQUIRE_WSS=false. */
  url: string;
  /** PEM of the certificate to trust. */
  ca: Buffer;
  firstRun: FirstRun;
  database: TestDatabase;
  app: NestExpressApplication;
  dataDir: string;
  /** Everything that was logged, one JSON text a line. */
  log: string[];
  /** Keeps the connections of the tests' requests: a handshake for each takes longer than most requests. */
  agent: http.Agent;
  stop(): Promise<void>;
}

export interface TestOptions extends Extensions {
  /** Settings as in the environment. */
  env?: Record<string, string>;
  /** A database to share with another node; it is not dropped by this one, and not seeded again. */
  sharedWith?: TestWardline;
  /** The URL by which the node reaches its database, when it is not the database's own address. */
  databaseUrlFor?: (url: string) => Promise<string>;
  /** Listens in plain, as behind a proxy that ends TLS, also where REQUIRE_WSS is true. */
  plain?: boolean;
}

export async function startTestWardline({
  env = {},
  sharedWith,
  databaseUrlFor,
  plain = false,
  ...extensions
}: TestOptions = {}): Promise<TestWardline> {
  const database = sharedWith?.database ?? (await createTestDatabase('demo hospital'));
  const dataDir = mkdtempSync(join(tmpdir(), 'wardline-data-'));
  const config = readConfig({
    SESSION_SECRETS: TEST_SECRET,
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    PORT: '0',
    HTTP_RATE_LIMIT: '0',
    ...env,
  });
  // As the start does, which is the owner's.
  const { EVENT_RETENTION_DAYS: eventDays, AUDIT_RETENTION_DAYS: auditDays } = config.database;
  if (!sharedWith) await setRetentionFloor(database.url, { eventDays, auditDays });
  // As a first run leaves it: nobody may be served it.
  if (!sharedWith) writeFileSync(join(dataDir, 'first-run.json'), JSON.stringify(inject('firstRun')), { mode: 0o600 });
  const databaseUrl = (await databaseUrlFor?.(database.url)) ?? database.url;
  const removeStorage = async () => {
    rmSync(dataDir, { recursive: true, force: true });
    if (!sharedWith) await database.drop();
  };
  const { url, ca, app, log } = await startTestNode({ config, databaseUrl, dataDir, plain, ...extensions }).catch(
    async (error: unknown) => {
      await removeStorage();
      throw error;
    },
  );
  const lookAtOnce = () => app.get(DueWorkScheduler).wakeAll();
  database.followClock.add(lookAtOnce);
  const agent = new (url.startsWith('https:') ? https : http).Agent({ keepAlive: true });
  return {
    url,
    agent,
    ca,
    firstRun: { ...inject('firstRun'), url },
    database,
    app,
    dataDir,
    log,
    stop: async () => {
      database.followClock.delete(lookAtOnce);
      agent.destroy();
      await app.close();
      await removeStorage();
    },
  };
}
