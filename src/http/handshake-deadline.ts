import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Cuts a connection whose first request is not there, headers and all, in time: TLS and HTTP together, half a request line or nothing at all.
 * Later requests on it are Node's `headersTimeout`.
 * @param onCut called for each that is cut
 */
export function cutSlowHandshakes(server: Server, timeoutMs: number, onCut: () => void): void {
  // By the client's end: over TLS a request's socket is not the one that was accepted, but both name it.
  const waiting = new Map<string, NodeJS.Timeout>();
  const clear = (peer: string, timer: NodeJS.Timeout | undefined) => {
    clearTimeout(timer);
    if (timer === waiting.get(peer)) waiting.delete(peer);
  };
  server.on('connection', (socket) => {
    const peer = peerOf(socket);
    const timer = setTimeout(() => {
      // A turn of ours that took long is not held against the client: what has come by now is read first.
      setImmediate(() => {
        if (waiting.get(peer) !== timer) return;
        onCut();
        socket.destroy();
      });
    }, timeoutMs);
    waiting.set(peer, timer);
    socket.once('close', () => {
      clear(peer, timer);
    });
  });
  const arrived = ({ socket }: IncomingMessage) => {
    const peer = peerOf(socket);
    clear(peer, waiting.get(peer));
  };
  server.prependListener('request', arrived);
  server.prependListener('upgrade', arrived);
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)}`;
}
