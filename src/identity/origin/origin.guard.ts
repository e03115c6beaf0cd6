import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/common/errors.js';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import { AllowedHosts } from './allowed-hosts.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import { TrustedProxies } from './trusted-proxies.js';

/** Refuses pages of other origins, for HTTP and for sockets alike. No Origin at all is not a browser. */
@Injectable()
export class OriginGuard implements CanActivate {
  constructor(
    @Inject(HTTP_SETTINGS) private readonly http: HttpSettings,
    private readonly proxies: TrustedProxies,
    private readonly hosts: AllowedHosts,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType<string>() === 'ws') return true;
    this.requireOwnOrigin(context.switchToHttp().getRequest<GuardedRequest>());
    return true;
  }

  /**
   * @param rule the route's own rule, in the place of ALLOWED_ORIGINS; the same host is never foreign
   * @throws DomainError ORIGIN_FORBIDDEN; VALIDATION_FAILED for a host that is not served
   */
  requireOwnOrigin(request: GuardedRequest, rule?: 'any' | readonly string[]): void {
    this.hosts.require(request);
    const { origin } = request.headers;
    if (origin === undefined || rule === 'any' || (rule ?? this.http.ALLOWED_ORIGINS).includes(origin)) return;
    if (this.isSameHost(origin, request)) return;
    throw new DomainError('ORIGIN_FORBIDDEN', 'this origin may not call');
  }

  /** Scheme, host and port, so that a plain page of the same host is another origin. */
  private isSameHost(origin: string, request: GuardedRequest): boolean {
    const host = this.proxies.host(request);
    if (host === undefined) return false;
    const scheme = this.proxies.isSecure(request) ? 'https' : 'http';
    const own = `${scheme}://${host}`;
    return URL.canParse(own) && URL.canParse(origin) && new URL(own).origin === new URL(origin).origin;
  }
}
