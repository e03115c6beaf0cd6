import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { selfSignedPair } from '../platform/certificates/certificate.js';
import type { Config } from '../platform/config/config.js';
import { createLogger } from '../platform/logging/logger.js';
import type { Extensions } from '../program/extensions.js';
import { createApp } from '../startup/create-app.js';

/** A secret for sessions of tests. */
export const TEST_SECRET = 'a-secret-for-tests-of-at-least-32-characters';

/** A node in this process. */
export interface TestNode {
  readonly url: string;
  /** PEM of the certificate to trust. */
  readonly ca: Buffer;
  readonly app: NestExpressApplication;
  /** Everything that was logged, one JSON text a line. */
  readonly log: string[];
}

interface NodeParts extends Extensions {
  /** The hospital's, where there is one. */
  name?: string;
  config: Config;
  databaseUrl: string;
  dataDir: string;
  /** Listens in plain, as behind a proxy that ends TLS, also where REQUIRE_WSS is true. */
  plain?: boolean;
}

/** Starts a node on a free port of the loopback address. */
export async function startTestNode({ config, databaseUrl, dataDir, plain = false, ...extensions }: NodeParts): Promise<TestNode> {
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line.trimEnd()) };
  const logger = await createLogger({ level: 'debug', pretty: false, destination });
  const pair = await selfSignedPair(dataDir);
  const handshakeTimeout = config.realtime.HANDSHAKE_TIMEOUT_SEC * 1000;
  const tls = config.http.REQUIRE_WSS && !plain ? { ...pair, minVersion: config.http.TLS_MIN_VERSION, handshakeTimeout } : undefined;
  const [first = TEST_SECRET, ...others] = config.session.SESSION_SECRETS;
  const app = await createApp({ ...extensions, config, databaseUrl, signingSecrets: [first, ...others], logger }, tls);
  try {
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    // A start that fails half way has timers and connections already. Its own error is the one to know.
    await app.close().catch(() => undefined);
    throw error;
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${String(port)}`, ca: pair.cert, app, log };
}
