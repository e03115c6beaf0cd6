import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from '../common/logger.js';
import type { Config } from '../config/config.js';
import { type KeyPair, readKeyPair, selfSignedPair, type TlsOptions } from './certificate.js';
import { createApp } from './create-app.js';
import { signingSecrets } from './signing-secrets.js';
import { openStorage, type Storage } from './storage.js';

/** A running Wardline. */
export interface Wardline {
  /** Where it listens. */
  url: string;
  seeded: boolean;
  app: NestExpressApplication;
  /** Ends in order: sockets, requests, pools, the embedded database last. */
  stop(): Promise<void>;
}

/** Named files; else a self-signed pair where that is wanted; else none: a proxy ends TLS, or nobody asks for it. */
function certificateSource({ http, database }: Config): (() => Promise<KeyPair>) | undefined {
  const { TLS_CERT_FILE, TLS_KEY_FILE, TLS_SELF_SIGNED, REQUIRE_WSS } = http;
  if (TLS_CERT_FILE !== undefined && TLS_KEY_FILE !== undefined) return () => readKeyPair(TLS_CERT_FILE, TLS_KEY_FILE);
  const selfSigned = TLS_SELF_SIGNED ?? (database.DATABASE_URL === undefined && REQUIRE_WSS);
  return selfSigned ? () => selfSignedPair(database.DATA_DIR) : undefined;
}

function urlOf(secure: boolean, host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${secure ? 'https' : 'http'}://${name}:${String(port)}`;
}

/**
 * Starts everything: certificate, database, application, port.
 * @param onLost the embedded database ended without being asked to: nothing can go on
 */
export async function startWardline(config: Config, logger: Logger, onLost: (reason: string) => void): Promise<Wardline> {
  const { http, database, session } = config;
  const host = http.HOST ?? (database.DATABASE_URL === undefined ? '127.0.0.1' : '0.0.0.0');
  const certificate = certificateSource(config);
  const secure = certificate !== undefined;
  // The database first: it makes DATA_DIR so that the account it runs under can enter.
  const storage = await openStorage({ settings: database, url: urlOf(secure, host, http.PORT), logger, onLost });
  try {
    const secrets = await signingSecrets(session.SESSION_SECRETS, database.DATA_DIR);
    const tls: TlsOptions | undefined = certificate && {
      ...(await certificate()),
      minVersion: http.TLS_MIN_VERSION,
      handshakeTimeout: config.realtime.HANDSHAKE_TIMEOUT_SEC * 1000,
    };
    const app = await createApp({ config, databaseUrl: storage.databaseUrl, signingSecrets: secrets, logger }, tls);
    await listen(app, http.PORT, host, http.LISTEN_BACKLOG);
    const { port } = app.getHttpServer().address() as AddressInfo;
    return { url: urlOf(secure, host, port), seeded: storage.seeded, app, stop: () => stop(app, storage) };
  } catch (error) {
    await storage.stop();
    throw error;
  }
}

async function listen(app: NestExpressApplication, port: number, host: string, backlog: number): Promise<void> {
  await app.init();
  const server = app.getHttpServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function stop(app: NestExpressApplication, storage: Storage): Promise<void> {
  try {
    await app.close();
  } finally {
    await storage.stop();
  }
}
