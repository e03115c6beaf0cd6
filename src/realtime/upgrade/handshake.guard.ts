import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { UpgradeRefusal } from '../../identity/access/upgrade-refusal.js';

export const SUBPROTOCOL = 'wardline.v1';

const KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSION = '13';

/** Refuses (400) what cannot become a socket of ours, before it costs a look at the session or takes anybody's place. */
@Injectable()
export class HandshakeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    if (context.getType<string>() !== 'upgrade' || request.isPreview) return true;
    if (request.headers['sec-websocket-version'] !== VERSION) throw wrongVersion();
    if (!isHandshake(request)) throw UpgradeRefusal.http(400, 'not a WebSocket handshake', { reason: 'handshake' });
    if (!asksForOurs(request)) {
      throw UpgradeRefusal.http(400, `only the subprotocol ${SUBPROTOCOL} is spoken here`, { reason: 'subprotocol' });
    }
    return true;
  }
}

/** RFC 6455, section 4.4: the answer names the version to ask for. */
function wrongVersion(): UpgradeRefusal {
  const headers = { 'Sec-WebSocket-Version': VERSION };
  return UpgradeRefusal.http(400, `not a WebSocket handshake of version ${VERSION}`, { reason: 'handshake', headers });
}

/** RFC 6455, section 4.2.1. */
function isHandshake({ method, headers, httpVersion }: GuardedRequest): boolean {
  return (
    method === 'GET' &&
    httpVersion !== '1.0' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    KEY.test(headers['sec-websocket-key'] ?? '')
  );
}

/** Asking for none is asking for ours. */
function asksForOurs({ headers }: GuardedRequest): boolean {
  const asked = headers['sec-websocket-protocol'];
  return asked === undefined || asked.split(',').some((name) => name.trim() === SUBPROTOCOL);
}
