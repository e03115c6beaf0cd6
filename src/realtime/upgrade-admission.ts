import type { Duplex } from 'node:stream';
import { type CanActivate, Inject, Injectable } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/internal';
import type { GuardedRequest } from '../auth/guarded-request.js';
import { TrustedProxies } from '../auth/trusted-proxies.js';
import { UpgradeRefusal } from '../auth/upgrade-refusal.js';
import { DomainError } from '../common/errors.js';
import { newId } from '../common/ids.js';
import { Logger } from '../common/logger.js';
import { UPGRADE_GUARDS } from './upgrade-guards.js';

export const SOCKET_PATH = '/ws';
export const SUBPROTOCOL = 'wardline.v1';

/** The class that guards see as the one being called. */
class SocketUpgrade {
  accept(): void {
    // never called: it stands for the upgrade in the guards' context
  }
}

/** Decides on a socket's upgrade, before anything is accepted. */
@Injectable()
export class UpgradeAdmission {
  constructor(
    @Inject(UPGRADE_GUARDS) private readonly guards: readonly CanActivate[],
    private readonly proxies: TrustedProxies,
    private readonly logger: Logger,
  ) {}

  /** Resolves when the request may become a socket, its `principal` set. @throws DomainError, UpgradeRefusal */
  async admit(request: GuardedRequest, stream: Duplex): Promise<void> {
    request.requestId = newId();
    request.clientAddress = this.proxies.clientAddress(request);
    if (pathOf(request) !== SOCKET_PATH) throw new DomainError('NOT_FOUND', 'no such path');
    requireSubprotocol(request);
    const context = new ExecutionContextHost([request, stream], SocketUpgrade, SocketUpgrade.prototype.accept.bind(null));
    context.setType('upgrade');
    for (const guard of this.guards) {
      if (!(await guard.canActivate(context))) throw new DomainError('FORBIDDEN', 'not permitted');
    }
    this.logger.debug('socket.admitted', { request_id: request.requestId });
  }
}

function pathOf(request: GuardedRequest): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

/** Asking for none is asking for ours. */
function requireSubprotocol(request: GuardedRequest): void {
  const asked = request.headers['sec-websocket-protocol'];
  if (asked === undefined || asked.split(',').some((name) => name.trim() === SUBPROTOCOL)) return;
  throw UpgradeRefusal.http(400, `only the subprotocol ${SUBPROTOCOL} is spoken here`);
}
