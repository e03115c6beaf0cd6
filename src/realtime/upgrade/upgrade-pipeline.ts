import type { Duplex } from 'node:stream';
import { type CanActivate, HttpException, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { firstValueFrom, isObservable } from 'rxjs';
import { ExecutionContextHost } from '@nestjs/core/internal';
import { headerFault } from '../../platform/http/server/request-headers.js';
import { TrustedProxies } from '../../identity/origin/trusted-proxies.js';
import { DomainError } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/values/ids.js';
import { ExtensionGuard, extensionUnavailable } from '../../platform/extensions/extension-guard.js';
import { Logger } from '../../platform/logging/logger.js';
import type { ConnectionRequest } from '../capacity/guarded-connection.js';
import { UpgradeRefusal } from '../../identity/access/upgrade-refusal.js';
import { DEFAULT_UPGRADE_GUARDS } from './upgrade-guards.js';
import { UPGRADE_GUARDS, type UpgradeGuards } from '../capacity/upgrade-guard-list.js';

const SOCKET_PATH = '/ws';
const OWN_GUARD_MS = 2000;

/** The class that guards see as the one being called. */
class SocketUpgrade {
  accept(): void {
    // Never called: it represents the upgrade in the guards' context.
  }
}

/** Decides on a socket's upgrade, before anything is accepted. */
@Injectable()
export class UpgradePipeline implements OnModuleInit {
  private guards: readonly CanActivate[] = [];

  constructor(
    @Inject(UPGRADE_GUARDS) private readonly classes: UpgradeGuards,
    private readonly modules: ModuleRef,
    private readonly proxies: TrustedProxies,
    private readonly logger: Logger,
    private readonly extensions: ExtensionGuard,
  ) {}

  /** A guard that some module provides is taken from there; any other is made here, from what global modules export. */
  async onModuleInit(): Promise<void> {
    const guards: CanActivate[] = [];
    for (const one of this.classes) guards.push(this.provided(one) ?? (await this.modules.create(one)));
    this.guards = guards;
  }

  /** Resolves when the request may become a socket, its `principal` and `slot` set. @throws DomainError, UpgradeRefusal */
  async admit(request: ConnectionRequest, stream: Duplex): Promise<void> {
    request.requestId = newId();
    request.clientAddress = this.proxies.clientAddress(request);
    const fault = headerFault(request);
    if (fault) throw UpgradeRefusal.http(fault.status, fault.error.message, { reason: 'headers' });
    if (pathOf(request) !== SOCKET_PATH) throw new DomainError('NOT_FOUND', 'no such path');
    await this.pass(request, stream);
    this.logger.debug('socket.admitted', { request_id: request.requestId });
  }

  /** Resolves when the client that sent this request would be let in now; nothing is counted or taken. @throws as `admit` */
  async preview(request: ConnectionRequest): Promise<void> {
    request.isPreview = true;
    await this.pass(request, request.socket);
  }

  private async pass(request: ConnectionRequest, stream: Duplex): Promise<void> {
    const context = new ExecutionContextHost([request, stream], SocketUpgrade, SocketUpgrade.prototype.accept.bind(null));
    context.setType('upgrade');
    for (const guard of this.guards) {
      if (!(await this.isLetPass(guard, context))) throw new DomainError('FORBIDDEN', 'not permitted');
    }
  }

  /** A guard of a hospital's own that fails, or is late, refuses: the client may come again. */
  private isLetPass(guard: CanActivate, context: ExecutionContextHost): Promise<boolean> {
    const check = async (): Promise<boolean> => {
      const answer = await guard.canActivate(context);
      return isObservable(answer) ? firstValueFrom(answer) : answer;
    };
    if (DEFAULT_UPGRADE_GUARDS.some((one) => one === guard.constructor)) return check();
    return this.extensions.call<boolean>({
      point: 'upgrade guard',
      deadlineMs: OWN_GUARD_MS,
      work: check,
      isValid: (answer) => typeof answer === 'boolean',
      isAnswer: (error) => error instanceof DomainError || error instanceof UpgradeRefusal || error instanceof HttpException,
      fallback: () => {
        throw extensionUnavailable();
      },
    });
  }

  private provided(one: UpgradeGuards[number]): CanActivate | undefined {
    try {
      return this.modules.get<CanActivate>(one, { strict: false });
    } catch {
      return undefined; // Nest has no other way of saying that nobody provides it
    }
  }
}

function pathOf(request: ConnectionRequest): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}
