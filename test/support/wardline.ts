import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { register } from 'prom-client';
import { inject } from 'vitest';
import { createLogger } from '../../src/platform/logging/logger.js';
import { readConfig } from '../../src/platform/config/config.js';
import type { Extensions } from '../../src/index.js';
import { selfSignedPair } from '../../src/platform/certificates/certificate.js';
import { createApp } from '../../src/startup/create-app.js';
import { setRetentionFloor } from '../../src/platform/database/retention-floor.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** `first-run.json` */
export interface FirstRun {
  url: string;
  admin: { username: string; password: string };
  staff: { username: string; password: string; role: string; departments: string[] }[];
  stations: { id: string; key: string; dept: string; room_id: string; kind: string }[];
}

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
  stop(): Promise<void>;
}

export interface TestOptions extends Extensions {
  /** Settings as in the environment. */
  env?: Record<string, string>;
  /** A database to share with another node; it is not dropped by this one, and not seeded again. */
  sharedWith?: TestWardline;
  /** What the node reaches its database by, when that is not the database's own address. */
  databaseUrlFor?: (url: string) => Promise<string>;
  /** Listens in plain, as behind a proxy that ends TLS, also where REQUIRE_WSS is true. */
  plain?: boolean;
}

export const TEST_SECRET = 'a-secret-for-tests-of-at-least-32-characters';

export async function startTestWardline({
  env = {},
  sharedWith,
  databaseUrlFor,
  plain = false,
  ...extensions
}: TestOptions = {}): Promise<TestWardline> {
  register.clear();
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
  const log: string[] = [];
  const logger = await createLogger({
    level: 'debug',
    pretty: false,
    destination: { write: (line: string) => void log.push(line.trimEnd()) },
  });
  // As a first run leaves it: nobody may be served it.
  if (!sharedWith) writeFileSync(join(dataDir, 'first-run.json'), JSON.stringify(inject('firstRun')), { mode: 0o600 });
  const pair = await selfSignedPair(dataDir);
  const handshakeTimeout = config.realtime.HANDSHAKE_TIMEOUT_SEC * 1000;
  const tls = config.http.REQUIRE_WSS && !plain ? { ...pair, minVersion: config.http.TLS_MIN_VERSION, handshakeTimeout } : undefined;
  const [first = TEST_SECRET, ...others] = config.session.SESSION_SECRETS;
  const app = await createApp(
    {
      config,
      databaseUrl: (await databaseUrlFor?.(database.url)) ?? database.url,
      signingSecrets: [first, ...others],
      logger,
      ...extensions,
    },
    tls,
  );
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${String(port)}`;
  return {
    url,
    ca: pair.cert,
    firstRun: { ...inject('firstRun'), url },
    database,
    app,
    dataDir,
    log,
    stop: async () => {
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
      if (!sharedWith) await database.drop();
    },
  };
}
