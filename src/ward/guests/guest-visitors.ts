import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { TrustedProxies } from '../../identity/origin/trusted-proxies.js';
import { newSecret } from '../../platform/common/values/ids.js';
import { GuestDevices } from './guest-devices.js';
import type { GuestBed } from './guest-links.service.js';

const COOKIE = 'wardline-guest';
const VALUE = /(?:^|;\s*)wardline-guest=([A-Za-z0-9_-]{22})(?:;|$)/;
const MAX_AGE_SEC = 90 * 86_400;

/** Distinguishes the devices of a bed by a cookie of their own. A device that keeps none is known by its address and browser. */
@Injectable()
export class GuestVisitors {
  constructor(
    private readonly devices: GuestDevices,
    private readonly proxies: TrustedProxies,
  ) {}

  /** A device that opens the page. A new one gets its cookie, and counts once that comes back. */
  async welcome(bed: GuestBed, request: Request, response: Response): Promise<boolean> {
    const known = VALUE.exec(request.headers.cookie ?? '')?.[1];
    if (known !== undefined) return this.devices.admit(bed, known);
    if (!(await this.devices.mayCome(bed))) return false;
    const secure = this.proxies.isSecure(request) ? '; Secure' : '';
    response.setHeader(
      'Set-Cookie',
      `${COOKIE}=${newSecret(16)}; Path=/g; Max-Age=${String(MAX_AGE_SEC)}; HttpOnly; SameSite=Strict${secure}`,
    );
    return true;
  }

  /** A device that presses or waits. */
  admit(bed: GuestBed, request: Request): Promise<boolean> {
    const known = VALUE.exec(request.headers.cookie ?? '')?.[1];
    return this.devices.admit(bed, known ?? this.trace(request));
  }

  private trace(request: Request): string {
    const parts = [this.proxies.clientAddress(request), request.headers['user-agent'] ?? ''];
    return createHash('sha256').update(parts.join('\n')).digest('base64url');
  }
}
