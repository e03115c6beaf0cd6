import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { notFound } from '../../platform/common/errors.js';
import { OPERATIONS_SETTINGS } from '../../platform/config/config.module.js';
import { Logger } from '../../platform/logging/logger.js';
import type { OperationsSettings } from '../../platform/config/settings/operations.settings.js';
import { isSameSecret } from '../../platform/common/values/same-secret.js';

/** Headers that proxies add. */
const OF_PROXIES = /^(x-forwarded-.*|forwarded|x-real-ip|via)$/;
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** A shorter token can be guessed. */
const UNGUESSED_LENGTH = 16;

/** With METRICS_TOKEN: who knows it. Without: this machine itself, and not through a proxy. Others see no such path. */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(
    @Inject(OPERATIONS_SETTINGS) private readonly operations: OperationsSettings,
    logger: Logger,
  ) {
    const { METRICS_TOKEN } = operations;
    if (METRICS_TOKEN !== undefined && METRICS_TOKEN.length < UNGUESSED_LENGTH)
      logger.warn('metrics.token_short', { hint: 'METRICS_TOKEN can be guessed: use 16 characters or more' });
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const { METRICS_TOKEN } = this.operations;
    const allowed = METRICS_TOKEN === undefined ? isLocal(request) : hasToken(request, METRICS_TOKEN);
    if (!allowed) throw notFound('path');
    return true;
  }
}

function isLocal(request: GuardedRequest): boolean {
  const isProxied = Object.keys(request.headers).some((name) => OF_PROXIES.test(name));
  return !isProxied && LOOPBACK.test(request.socket.remoteAddress ?? '');
}

function hasToken(request: GuardedRequest, token: string): boolean {
  return isSameSecret(request.headers.authorization ?? '', `Bearer ${token}`);
}
