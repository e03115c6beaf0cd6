import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplication, WebSocketAdapter } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { WebSocketServer } from 'ws';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { EndedSessions } from '../../identity/access/ended-sessions.js';
import { UpgradeRefusal } from '../../identity/access/upgrade-refusal.js';
import { DomainError } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/values/ids.js';
import { recordRefusal } from '../../identity/access/record-refusal.js';
import { RefusalRecorder } from '../../platform/common/refusal-recorder.js';
import { Logger } from '../../platform/logging/logger.js';
import { ServerState } from '../../platform/common/server-state.js';
import { TRACEPARENT } from '../../platform/tracing/tracing.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import { asDomainError } from '../../platform/database/database-error.js';
import type { ConnectionRequest } from '../capacity/guarded-connection.js';
import { CLOSE_CODES } from '../connection/close-codes.js';
import type { ConnectionSlot } from '../capacity/connection-slots.js';
import type { Command } from '../frames/command.js';
import type { Connection } from '../connection/connection.js';
import { FrameRouter } from '../frames/frame-router.js';
import { SUBPROTOCOL } from './handshake.guard.js';
import { refuseUpgrade, toRefusal } from './refuse-upgrade.js';
import { ConnectionLifecycle } from '../sessions/connection-lifecycle.js';
import { SocketCounts } from '../sessions/socket-counts.js';
import { UpgradePipeline } from './upgrade-pipeline.js';

/** The object that Nest binds gateways to, once: connections cost no handlers of their own. */
type Router = object;
type GatewayConnect = (client: Router) => void;
type MessageHandler = { message: string; callback: (command: Command) => unknown };

/**
 * The time limit of the guards. The client's part of the handshake is over by then (HANDSHAKE_TIMEOUT_SEC): a client that
 * waits for us in a rush is not cut off, only to come back and wait again.
 */
const GUARDS_MS = 30_000;
/** A socket whose close frame is not answered is cut after two seconds, whoever closed: we, or `ws` for something malformed. Unknown to its types. */
const CUT_UNANSWERED = { closeTimeout: 2000 };

/**
 * Owns the upgrade of `/ws`: runs the guards before a socket exists, hands the socket over authenticated, and routes its
 * frames to the gateways' `@SubscribeMessage` methods through Nest's guards, pipes, interceptors and filters.
 */
export class GatewayAdapter implements WebSocketAdapter<Router, Router> {
  private readonly router: Router = {};
  private readonly frames: FrameRouter;
  private readonly admission: UpgradePipeline;
  private readonly sessions: ConnectionLifecycle;
  private readonly counts: SocketCounts;
  private readonly logger: Logger;
  private readonly state: ServerState;
  private readonly ended: EndedSessions;
  private readonly refusals: RefusalRecorder;
  private readonly server: WebSocketServer;

  constructor(app: INestApplication) {
    this.frames = app.get(FrameRouter);
    this.admission = app.get(UpgradePipeline);
    this.sessions = app.get(ConnectionLifecycle);
    this.counts = app.get(SocketCounts);
    this.logger = app.get(Logger);
    this.state = app.get(ServerState);
    this.ended = app.get(EndedSessions);
    this.refusals = app.get(RefusalRecorder);
    const settings = app.get<RealtimeSettings>(REALTIME_SETTINGS);
    this.server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.MAX_PAYLOAD_BYTES,
      ...CUT_UNANSWERED,
      handleProtocols: (asked) => (asked.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.server.on('wsClientError', (_error, stream, request: ConnectionRequest) => {
      this.refuse(stream, request, UpgradeRefusal.http(400, 'not a WebSocket handshake'));
    });
    this.server.on('headers', (headers, { renewedCookie }: ConnectionRequest) => {
      if (renewedCookie !== undefined) headers.push(`Set-Cookie: ${renewedCookie}`);
    });
    const http = app.getHttpServer() as Server;
    http.on('upgrade', (request: ConnectionRequest, stream: Duplex, head: Buffer) => {
      void this.upgrade(request, stream, head);
    });
  }

  create(): Router {
    return this.router;
  }

  /** Each gateway connects at once, and binds its handlers to the router. */
  bindClientConnect(_server: Router, connect: GatewayConnect): void {
    connect(this.router);
  }

  bindMessageHandlers(_client: Router, handlers: MessageHandler[], transform: (data: unknown) => Observable<unknown>): void {
    for (const { message, callback } of handlers) {
      this.frames.bind(
        message,
        (command) =>
          new Promise((resolve, reject) => {
            let answer: unknown;
            transform(callback(command)).subscribe({
              next: (value) => (answer = value),
              error: reject,
              complete: () => {
                resolve(answer);
              },
            });
          }),
      );
    }
  }

  /** The sockets have been drained before. */
  close(): void {
    this.server.close();
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  /** Never rejects: whatever goes wrong is the client's refusal. */
  private async upgrade(request: ConnectionRequest, stream: Duplex, head: Buffer): Promise<void> {
    const ignore = () => undefined;
    stream.on('error', ignore);
    const deadline = setTimeout(() => stream.destroy(), GUARDS_MS);
    try {
      await this.admission.admit(request, stream);
      // Checked again: the node may have begun to leave while the guards ran, and the session may have ended.
      this.state.requireStaying();
      const { principal } = request;
      if (principal?.kind !== 'staff' && principal?.kind !== 'board')
        throw new DomainError('UNAUTHENTICATED', 'no guard has said whose socket this is');
      if (this.ended.has(principal.sessionId))
        throw UpgradeRefusal.close(CLOSE_CODES.AUTH_INVALID.code, 'the session has ended', { reason: 'auth_invalid' });
      stream.off('error', ignore);
      this.accept(request, stream, head, principal);
    } catch (error) {
      request.slot?.release();
      if (error instanceof UpgradeRefusal && error.closeCode !== null) {
        this.counts.refused(error.reason, error.closeCode);
        this.closeAtOnce(request, stream, head, error);
      } else {
        this.refuse(stream, request, asDomainError(error));
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** The answer to the handshake and `hello` leave in one write. */
  private accept(request: ConnectionRequest, stream: Duplex, head: Buffer, principal: ReaderPrincipal): void {
    stream.cork();
    this.server.handleUpgrade(request, stream, head, (socket) => {
      const traceparent = String(request.headers.traceparent);
      const trace = TRACEPARENT.test(traceparent) ? traceparent : undefined;
      const connection = this.sessions.open(request.slot?.id ?? newId(), socket, stream, principal, trace);
      closeWhenGivingWay(request.slot, connection);
    });
    process.nextTick(() => {
      stream.uncork();
    });
  }

  /** Accepts the socket only to close it with the reason, in a form that a browser can read. */
  private closeAtOnce(request: ConnectionRequest, stream: Duplex, head: Buffer, refusal: UpgradeRefusal): void {
    this.server.handleUpgrade(request, stream, head, (socket) => {
      socket.on('error', () => undefined);
      socket.close(refusal.closeCode ?? undefined, refusal.message);
    });
  }

  private refuse(stream: Duplex, request: ConnectionRequest, error: unknown): void {
    const refusal = toRefusal(error);
    void recordRefusal(this.refusals, refusal.error, request);
    refuseUpgrade(stream, refusal, request.requestId);
    this.counts.refused(refusal.reason);
    const fields = { request_id: request.requestId, code: refusal.error.code, reason: refusal.reason };
    if (refusal.error.code === 'INTERNAL') this.logger.error('socket.refused', { ...fields, error });
    else this.logger.debug('socket.refused', fields);
  }
}

/** Made here, where no request is in sight: made in `accept`, the listener would keep the request for as long as the connection lives. */
function closeWhenGivingWay(slot: ConnectionSlot | undefined, connection: Connection): void {
  slot?.onGiveWay(() => {
    connection.close(CLOSE_CODES.SUPERSEDED.code, 'superseded');
  });
}
