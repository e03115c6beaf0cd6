import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

interface Deadline {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
}

/**
 * Cuts a connection whose first request is not there, headers and all, in time: TLS and HTTP together, half a request line or nothing at all.
 * Later requests on it are Node's `headersTimeout`.
 * @param onCut called for each that is cut
 */
export function cutSlowHandshakes(server: Server, timeoutMs: number, onCut: () => void): void {
  // By the client's end: over TLS a request's socket is not the one that was accepted, but both name it.
  const waiting = new Map<string, Deadline>();
  const clear = (peer: string) => {
    clearTimeout(waiting.get(peer)?.timer);
    waiting.delete(peer);
  };
  // One listener for all: what is made here for a connection is gone when its request has come.
  const closed = function (this: Socket): void {
    const peer = peerOf(this);
    if (waiting.get(peer)?.socket === this) clear(peer);
  };
  server.on('connection', (socket) => {
    const peer = peerOf(socket);
    const timer = setTimeout(() => {
      // A turn of ours that took long is not held against the client: what has come by now is read first.
      setImmediate(() => {
        if (waiting.get(peer)?.socket !== socket) return;
        onCut();
        socket.destroy();
      });
    }, timeoutMs);
    waiting.set(peer, { socket, timer });
    socket.on('close', closed);
  });
  const arrived = ({ socket }: IncomingMessage) => {
    clear(peerOf(socket));
  };
  server.prependListener('request', arrived);
  server.prependListener('upgrade', arrived);
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)}`;
}
