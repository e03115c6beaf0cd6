import type { Duplex } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { WebSocket } from 'ws';
import { logIdOf, type ReaderPrincipal } from '../../identity/access/principal.js';
import { Logger } from '../../platform/logging/logger.js';
import { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';
import { Greeting } from '../connection/greeting.js';
import { SocketObservers } from '../connection/socket-observers.js';
import { WebSocketTransport } from '../connection/transport.js';
import { HEARTBEAT_SEC } from '../heartbeat/heartbeat.js';
import type { OutboxParts } from '../outbox/outbox.js';
import { OUTBOX_PARTS } from '../outbox/outbox-parts.js';
import { SocketInput } from './socket-input.js';

/** The life of an authenticated socket on this node, from `hello` to its removal. */
@Injectable()
export class ConnectionLifecycle {
  constructor(
    private readonly connections: Connections,
    private readonly observers: SocketObservers,
    private readonly logger: Logger,
    private readonly greeting: Greeting,
    private readonly input: SocketInput,
    @Inject(OUTBOX_PARTS) private readonly outboxParts: OutboxParts,
  ) {}

  /**
   * @param stream the socket's own stream, which frames are written to
   * @param trace W3C traceparent of the upgrade
   */
  open(id: string, socket: WebSocket, stream: Duplex, principal: ReaderPrincipal, trace?: string): Connection {
    const connection = new Connection(id, principal, new WebSocketTransport(socket, stream), this.outboxParts, trace);
    const failure = this.input.listen(connection, socket);
    socket.on('close', (heard) => {
      // A lost peer sends no code: then our own close code gives the reason.
      const code = connection.closeCode ?? failure() ?? heard;
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
}
