import { IncomingMessage } from 'node:http';
import { PROBES } from '../../../identity/origin/tls.guard.js';

const SOCKET_PATH = '/ws';
const API_PATHS = '/api/';

/**
 * A request whose `Upgrade` counts only when it asks for a WebSocket, and not at the paths of requests. Any other is answered
 * as if it had asked for none. At a path with neither a socket nor a route, the refusal of upgrades answers 404 before any
 * other check.
 */
export class SocketUpgradeRequest extends IncomingMessage {
  private asks: boolean | undefined;

  /** The property that Node's server reads; it sets it before it knows the headers. */
  get upgrade(): boolean {
    return this.asks === true && asksForSocket(this);
  }

  set upgrade(asks: boolean) {
    this.asks = asks;
  }
}

function asksForSocket({ url = '', headers }: IncomingMessage): boolean {
  const protocols = (headers.upgrade ?? '').split(',').map((one) => one.trim().toLowerCase());
  const path = url.split('?', 1)[0] ?? '';
  return protocols.includes('websocket') && (path === SOCKET_PATH || !(path.startsWith(API_PATHS) || PROBES.has(path)));
}
