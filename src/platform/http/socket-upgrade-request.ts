import { IncomingMessage } from 'node:http';
import { PROBES } from '../../identity/access/tls.guard.js';

const SOCKET_PATH = '/ws';
const API_PATHS = '/api/';

/**
 * A request whose `Upgrade` counts only where it asks for a WebSocket, and not at the paths of requests: any other is answered as if it had asked for none.
 * Where there is neither a socket nor a route the refusal of upgrades says so (404), before it looks at anything else.
 */
export class SocketUpgradeRequest extends IncomingMessage {
  private asks: boolean | undefined;

  /** What Node's server looks at; it sets it before it knows the headers. */
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
