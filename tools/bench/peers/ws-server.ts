import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { KeyPair } from './peer.js';

const BACKLOG = 4096;

/** A socket and the stream under it. */
export interface Reader {
  readonly socket: WebSocket;
  readonly stream: Socket;
}

/** `ws` as its README has it, on an HTTP or HTTPS server, with the readers that are connected. */
export class WsServer {
  readonly readers = new Set<Reader>();

  async listen(tls: KeyPair | undefined): Promise<number> {
    const server = tls === undefined ? http.createServer() : https.createServer(tls);
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    sockets.on('connection', (socket, request) => {
      const reader = { socket, stream: request.socket };
      this.readers.add(reader);
      socket.on('message', () => undefined);
      socket.on('error', () => undefined);
      socket.on('close', () => this.readers.delete(reader));
    });
    await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, resolve));
    return (server.address() as AddressInfo).port;
  }
}
