import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { PipelineGate } from './pipeline-gate.js';
import { COUNTED_HEADER_LINES } from './request-headers.js';
import { RequestScheduler } from './scheduler/request-scheduler.js';
import { SocketUpgradeRequest } from './socket-upgrade-request.js';

const MAX_HEADER_BYTES = 16_384;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle time of the load balancers in front, so that they never write into a closing connection. */
const KEEP_ALIVE_MS = 65_000;
/** Nothing read, nothing written, and no socket of ours: whoever waits longest, a long poll or an event stream, hears something sooner. */
const SILENCE_MS = 120_000;
/** How exactly the timeouts are kept; Node looks every 30 s by itself, and a handshake of 10 s would be let live for 40. */
const CHECK_INTERVAL_MS = 1000;

/** The same answer as a list of protocols would give, of which Node keeps a copy for each connection, and with it up to 8 KiB of its pool. */
function onlyHttp1({ protocols }: { protocols: string[] }): string | undefined {
  return protocols.find((protocol) => protocol === 'http/1.1');
}

/** The application's part in what comes before it. */
export interface RequestFront {
  /** Answers what needs nothing of the application. @returns whether it is answered */
  tryAnswer(request: IncomingMessage, response: ServerResponse): boolean;
  /** The network that a request counts for, where requests take turns. */
  networkOf(request: IncomingMessage): string;
}

/** Express on an HTTP server of which nothing is unlimited. */
export class BoundedServer extends ExpressAdapter {
  private readonly open = new Set<Socket>();
  private front: RequestFront = { tryAnswer: () => false, networkOf: ({ socket }) => socket.remoteAddress ?? '' };

  /** @param handshakeTimeoutMs what the headers of one request may take */
  constructor(private readonly handshakeTimeoutMs: number) {
    super();
  }

  /** To be called before the server listens. */
  putBefore(front: RequestFront): void {
    this.front = front;
  }

  override initHttpServer({ httpsOptions }: NestApplicationOptions): void {
    const bounds: ServerOptions = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: this.handshakeTimeoutMs,
      requestTimeout: Math.max(REQUEST_TIMEOUT_MS, this.handshakeTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      noDelay: true,
      // Looked at where it can be answered.
      requireHostHeader: false,
      IncomingMessage: SocketUpgradeRequest,
    };
    const application = this.getInstance<RequestListener>();
    const begin: RequestListener = (request, response) => {
      if (!this.front.tryAnswer(request, response)) application(request, response);
    };
    const networkOf = (request: IncomingMessage) => this.front.networkOf(request);
    const scheduler = new RequestScheduler(begin, networkOf, () => server.emit('shed'));
    const gate = new PipelineGate(scheduler.listener);
    const server: Server = httpsOptions
      ? createTlsServer({ ...bounds, ALPNCallback: onlyHttp1, ...(httpsOptions as TlsServerOptions) }, gate.listener)
      : createServer(bounds, gate.listener);
    server.on('clientError', (error, socket) => {
      gate.putBack(error, socket as Socket);
    });
    server.maxHeadersCount = COUNTED_HEADER_LINES;
    server.timeout = SILENCE_MS;
    const { open } = this;
    // One listener for all: a listener for each connection would cost memory for each.
    const closed = function (this: Socket): void {
      open.delete(this);
    };
    server.on('connection', (socket) => {
      open.add(socket);
      socket.on('close', closed);
    });
    this.setHttpServer(server);
  }

  /** Ends whatever is still connected: sockets and requests have had their time. */
  override close(): Promise<unknown> | undefined {
    for (const socket of this.open) socket.destroy();
    return super.close();
  }
}
