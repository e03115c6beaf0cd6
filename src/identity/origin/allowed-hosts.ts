import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/common/errors.js';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import { PROBES } from './tls.guard.js';
import { TrustedProxies } from './trusted-proxies.js';

const PORT = /:\d*$/;

/** ALLOWED_HOSTS: the names under which this server answers. Probes ask by address. */
@Injectable()
export class AllowedHosts {
  private readonly names: ReadonlySet<string>;

  constructor(
    @Inject(HTTP_SETTINGS) http: HttpSettings,
    private readonly proxies: TrustedProxies,
  ) {
    this.names = new Set(http.ALLOWED_HOSTS.map((name) => name.toLowerCase()));
  }

  /** @throws DomainError VALIDATION_FAILED */
  require(request: IncomingMessage): void {
    if (this.names.size === 0 || PROBES.has(request.url?.split('?', 1)[0] ?? '')) return;
    const host = (this.proxies.host(request) ?? '').toLowerCase();
    if (this.names.has(host.replace(PORT, ''))) return;
    throw new DomainError('VALIDATION_FAILED', 'this host is not served here');
  }
}
