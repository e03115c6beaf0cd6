import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Inject, Injectable } from '@nestjs/common';
import proxyAddr from 'proxy-addr';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';

/** A request's account of its way here, believed only where a proxy in TRUSTED_PROXIES gives it. */
@Injectable()
export class TrustedProxies {
  private readonly trusts: (address: string, hop: number) => boolean;

  constructor(@Inject(HTTP_SETTINGS) http: HttpSettings) {
    this.trusts = proxyAddr.compile([...http.TRUSTED_PROXIES]);
  }

  /** The client's address, without a zone; empty when the client has gone already. */
  clientAddress(request: IncomingMessage): string {
    const own = request.socket.remoteAddress ?? '';
    if (own === '') return own;
    const named = proxyAddr(request, this.trusts);
    const address = (isIP(named) === 0 ? own : named).split('%', 1)[0] ?? own; // a proxy may pass on what is no address
    return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  }

  /** True when the client's side of the way is TLS. The last of several values counts, as with hosts. */
  isSecure(request: IncomingMessage): boolean {
    if ((request.socket as Partial<TLSSocket>).encrypted === true) return true;
    return this.forwarded(request, 'x-forwarded-proto').at(-1) === 'https';
  }

  /**
   * The host that the client asked for. The last of several counts: the trusted proxy has added it, and those before it came
   * from outside.
   */
  host(request: IncomingMessage): string | undefined {
    return this.forwarded(request, 'x-forwarded-host').at(-1) ?? request.headers.host;
  }

  private forwarded(request: IncomingMessage, header: string): string[] {
    if (!this.trusts(request.socket.remoteAddress ?? '', 0)) return [];
    const value = request.headers[header] ?? '';
    const all = (Array.isArray(value) ? value.join(',') : value).split(',').map((one) => one.trim().toLowerCase());
    return all.filter((one) => one !== '');
  }
}
