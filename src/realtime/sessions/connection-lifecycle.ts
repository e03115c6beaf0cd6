import type { Duplex } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { WebSocket } from 'ws';
import { recordCommandRefusal } from '../../identity/access/record-refusal.js';
import { RefusalRecorder } from '../../platform/common/refusal-recorder.js';
import { actorOf, logIdOf, type ReaderPrincipal } from '../../identity/access/principal.js';
import { Logger } from '../../platform/logging/logger.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import { ClientRate } from '../frames/client-rate.js';
import { CLOSE_CODES } from '../connection/close-codes.js';
import { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';
import { Greeting } from '../connection/greeting.js';
import { FrameReader, type FrameReaderParts } from '../frames/frame-reader.js';
import { FrameRouter } from '../frames/frame-router.js';
import { HEARTBEAT_SEC } from '../heartbeat/heartbeat.js';
import type { OutboxParts } from '../outbox/outbox.js';
import { OUTBOX_PARTS } from '../outbox/outbox-parts.js';
import { RoundTrips } from '../heartbeat/round-trips.js';
import { SocketCounts } from './socket-counts.js';
import { SocketObservers } from '../connection/socket-observers.js';
import { WebSocketTransport } from '../connection/transport.js';

/** The code with which `ws` closes after malformed data: it distinguishes the close from 1006. Undefined for a failure of the network. */
function codeOfFailure(error: string | undefined): number | undefined {
  if (error?.startsWith('WS_ERR_') !== true) return undefined;
  if (error === 'WS_ERR_INVALID_UTF8') return CLOSE_CODES.INVALID_PAYLOAD.code;
  if (error === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return CLOSE_CODES.POLICY_VIOLATION.code;
  return error.startsWith('WS_ERR_UNSUPPORTED_') ? CLOSE_CODES.MESSAGE_TOO_BIG.code : CLOSE_CODES.PROTOCOL_ERROR.code;
}

/** The life of an authenticated socket on this node, from `hello` to its removal. */
@Injectable()
export class ConnectionLifecycle {
  private readonly readerParts: FrameReaderParts;

  constructor(
    private readonly connections: Connections,
    router: FrameRouter,
    private readonly observers: SocketObservers,
    private readonly logger: Logger,
    private readonly greeting: Greeting,
    rate: ClientRate,
    @Inject(REALTIME_SETTINGS) settings: RealtimeSettings,
    @Inject(OUTBOX_PARTS) private readonly outboxParts: OutboxParts,
    private readonly counts: SocketCounts,
    private readonly roundTrips: RoundTrips,
    refusals: RefusalRecorder,
  ) {
    this.readerParts = {
      router,
      rate,
      maxProtocolErrors: settings.MAX_PROTOCOL_ERRORS,
      onAck: ({ principal }, dept, seq) => {
        observers.acknowledged(principal, dept, seq);
      },
      onPong: (connection, t) => {
        roundTrips.pong(connection, t);
      },
      onDenial: ({ principal }, error, type) => {
        void recordCommandRefusal(refusals, error, actorOf(principal), type);
      },
      onProtocolError: () => {
        counts.error();
      },
    };
  }

  /**
   * @param stream the socket's own stream, which frames are written to
   * @param trace W3C traceparent of the upgrade
   */
  open(id: string, socket: WebSocket, stream: Duplex, principal: ReaderPrincipal, trace?: string): Connection {
    const connection = new Connection(id, principal, new WebSocketTransport(socket, stream), this.outboxParts, trace);
    const reader = new FrameReader(connection, this.readerParts);
    socket.on('message', (data, isBinary) => {
      this.counts.received(connection, (data as Buffer).length);
      reader.receive(data, isBinary);
    });
    socket.on('pong', (payload) => {
      this.roundTrips.controlPong(connection, payload);
    });
    let failedWith: number | undefined;
    // `ws` closes the socket itself after an error of the protocol or the network.
    socket.on('error', (error: Error & { code?: string }) => {
      failedWith ??= codeOfFailure(error.code);
      this.counts.error();
      this.logger.debug('socket.error', { connection_id: connection.id, code: error.code });
    });
    socket.on('close', (heard) => {
      // A lost peer sends no code: then our own close code gives the reason.
      const code = connection.closeCode ?? failedWith ?? heard;
      connection.endSubscriptions();
      this.connections.remove(connection, code);
      this.observers.closed(connection);
      this.logger.info('socket.closed', { connection_id: connection.id, ...logIdOf(principal), code });
    });
    this.connections.add(connection);
    this.observers.opened(connection);
    this.logger.info('socket.opened', { connection_id: connection.id, ...logIdOf(principal) });
    connection.send(this.greeting.hello(connection, HEARTBEAT_SEC));
    return connection;
  }

  /**
   * Counts an upgrade that was turned down.
   * @param closeCode of a socket that was opened only to be closed with it
   */
  refused(reason: string, closeCode?: number): void {
    this.counts.refused(reason);
    if (closeCode !== undefined) this.connections.countClose(closeCode);
  }
}
