import { IncomingMessage } from 'node:http';

const SOCKET_PATH = '/ws';

/** A request whose `Upgrade` counts only where it asks for a WebSocket, at the path of sockets: any other is answered as if it had asked for none. */
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
  return url.split('?', 1)[0] === SOCKET_PATH && protocols.includes('websocket');
}
