import 'reflect-metadata';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from '../platform/logging/logger.js';
import { ServerState } from '../platform/common/server-state.js';
import type { Config } from '../platform/config/config.js';
import type { HospitalDefinition } from '../program/define-hospital.js';
import { certificateSource, type TlsOptions } from '../platform/certificates/certificate.js';
import { CertificateWatch } from '../platform/certificates/certificate-watch.js';
import { createApp } from './create-app.js';
import type { Departure, DepartureReason } from '../operations/shutdown/departure.js';
import { ShutdownRequests } from '../operations/shutdown/shutdown-requests.service.js';
import { Drain } from '../operations/shutdown/drain.service.js';
import { runWithTimeout } from '../operations/shutdown/run-with-timeout.js';
import type { ListenPlace } from './listen-place.js';
import { guestLinkSecrets, signingSecrets } from './signing-secrets.js';
import type { DatabaseServer } from './database-server.js';
import { openStorage, type Storage } from './storage.js';

/** Timers, engines, the node's rows, pools: each has limits of its own, far below this. */
const APPLICATION_MS = 15_000;

/** The node's own requests to its process. */
type AskHandler = (departure: Departure, reason: DepartureReason) => void;

/** A running Wardline. */
export interface Wardline {
  /** The address that it listens on. */
  readonly url: string;
  readonly app: NestExpressApplication;
  onAsk(handler: AskHandler): void;
  /**
   * Ends in order: clients, requests, timers and engines, pools, the database last.
   * @param isReplaced another process has the port
   */
  leave(departure: Departure, isReplaced: boolean): Promise<void>;
  /** Says that nothing can go on; the process ends after it. */
  fail(): void;
}

interface WardlineOptions {
  readonly config: Config;
  readonly hospital: HospitalDefinition | undefined;
  readonly logger: Logger;
  readonly place: ListenPlace;
  readonly openServer: () => Promise<DatabaseServer>;
  /** The start is not wanted any more: it ends at the next place where nothing is half done. */
  readonly unwanted: AbortSignal;
}

/** Starts everything: database, certificate, application, port. Nothing is left running where it fails or is not wanted any more. */
export async function startWardline({ config, hospital, logger, place, openServer, unwanted }: WardlineOptions): Promise<Wardline> {
  const { database, facility, session } = config;
  const certificate = certificateSource(config);
  const urlAt = (port: number) => urlOf(certificate !== undefined, place.host, port);
  // The database first: it makes DATA_DIR so that the account it runs under can enter.
  const storage = await openStorage({
    server: await openServer(),
    unwanted,
    settings: database,
    facility,
    hospital,
    url: urlAt(place.port),
    logger,
  });
  try {
    const secrets = await signingSecrets(session.SESSION_SECRETS, database.DATA_DIR);
    const tls: TlsOptions | undefined = certificate && {
      ...(await certificate()),
      minVersion: config.http.TLS_MIN_VERSION,
      handshakeTimeout: config.realtime.HANDSHAKE_TIMEOUT_SEC * 1000,
    };
    const isEmbedded = database.DATABASE_URL === undefined;
    const guests = { GUEST_LINK_SECRETS: await guestLinkSecrets(config.guests.GUEST_LINK_SECRETS, database.DATA_DIR, isEmbedded) };
    const app = await createApp(
      { ...hospital, config: { ...config, guests }, databaseUrl: storage.databaseUrl, signingSecrets: secrets, logger },
      tls,
    );
    if (certificate && tls) app.get(CertificateWatch).watch(app.getHttpServer() as Server, certificate, tls);
    unwanted.throwIfAborted();
    await listen(app, place, config.http.LISTEN_BACKLOG);
    const { port } = app.getHttpServer().address() as AddressInfo;
    return {
      url: urlAt(port),
      app,
      onAsk: (handler) => {
        app.get(ShutdownRequests).handleWith(handler);
      },
      fail: () => {
        app.get(ServerState).to('error');
      },
      leave: (departure, isReplaced) => leave(app, storage, logger, departure, isReplaced),
    };
  } catch (error) {
    await storage.stop();
    throw error;
  }
}

function urlOf(secure: boolean, host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${secure ? 'https' : 'http'}://${name}:${String(port)}`;
}

async function listen(app: NestExpressApplication, { host, port, fd }: ListenPlace, backlog: number): Promise<void> {
  await app.init();
  const server = app.getHttpServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(fd === undefined ? { port, host, backlog } : { fd, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function leave(
  app: NestExpressApplication,
  storage: Storage,
  logger: Logger,
  departure: Departure,
  isReplaced: boolean,
): Promise<void> {
  await app.get(Drain).run(departure, isReplaced);
  await runWithTimeout(logger, 'application', APPLICATION_MS, () => app.close());
  await storage.stop();
}
