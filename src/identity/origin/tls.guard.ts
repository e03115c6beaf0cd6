import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/common/errors.js';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import { TrustedProxies } from './trusted-proxies.js';

/** Served over plain HTTP from inside; they hold nothing that is worth hiding there. */
export const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/healthz', '/ws-health', '/healthz/ws', '/metrics']);

/** Refuses what did not come over TLS. */
@Injectable()
export class TlsGuard implements CanActivate {
  constructor(
    @Inject(HTTP_SETTINGS) private readonly http: HttpSettings,
    private readonly proxies: TrustedProxies,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType<string>() === 'ws') return true;
    this.requireTls(context.switchToHttp().getRequest<GuardedRequest>());
    return true;
  }

  /** @throws DomainError WSS_REQUIRED */
  requireTls(request: GuardedRequest): void {
    if (!this.http.REQUIRE_WSS || this.proxies.isSecure(request) || PROBES.has(request.url?.split('?')[0] ?? '')) return;
    throw new DomainError('WSS_REQUIRED', 'wss required');
  }
}
