import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Server as ListeningServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ServerState } from '../../platform/common/server-state.js';

const LOOK_MS = 20;
/** An upgrade whose request has come is decided on by one look at the database. */
const ADMISSION_MS = 100;

/** The HTTP server's work in hand: requests without an answer yet, and connections whose first request has not come. */
@Injectable()
export class HttpTraffic {
  private server: Server | undefined;
  /** Without their whole answer yet. */
  private readonly answers = new Set<ServerResponse>();
  /** By the client's address and port, which the plain and the TLS side of a connection have in common. */
  private readonly young = new Set<string>();

  /** A request that came before the node began to leave is answered, and its connection ends with the answer. */
  constructor(private readonly state: ServerState) {
    state.onChange(() => {
      if (!state.isLeaving) return;
      for (const response of this.answers) if (!response.headersSent) response.setHeader('Connection', 'close');
    });
  }

  /** To be called once, before the server listens. */
  watch(server: Server): void {
    this.server = server;
    const { young } = this;
    // One listener for all; a socket that was asked for its peer once goes on knowing it.
    const closed = function (this: Socket): void {
      young.delete(clientOf(this));
    };
    server.on('connection', (socket: Socket) => {
      young.add(clientOf(socket));
      socket.on('close', closed);
    });
    server.on('upgrade', (_request: IncomingMessage, stream: Duplex) => this.young.delete(clientOf(stream)));
    server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.young.delete(clientOf(socket));
      this.answers.add(response);
      response.once('close', () => this.answers.delete(response));
      if (this.state.isLeaving) response.setHeader('Connection', 'close');
    });
  }

  get requestsInFlight(): number {
    return this.answers.size;
  }

  /** Takes no more connections; open ones go on, kept-alive ones included. */
  stopListening(): void {
    // Not the HTTP server's own `close`, which cuts kept-alive connections under a request that is on its way.
    if (this.server?.listening === true) ListeningServer.prototype.close.call(this.server);
  }

  /** Resolves when every connection that was taken has sent its first request, and an upgrade among them has been decided on. */
  async settled(gone: AbortSignal): Promise<void> {
    while (this.young.size > 0 && !gone.aborted) await sleep(LOOK_MS);
    if (!gone.aborted) await sleep(ADMISSION_MS);
  }

  /** Resolves when no request is without its answer. */
  async answered(gone: AbortSignal): Promise<void> {
    while (this.answers.size > 0 && !gone.aborted) await sleep(LOOK_MS);
  }
}

function clientOf(stream: Duplex): string {
  const { remoteAddress, remotePort } = stream as Socket;
  return `${remoteAddress ?? ''}|${String(remotePort ?? '')}`;
}
