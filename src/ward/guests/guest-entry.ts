import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DomainError } from '../../platform/common/errors.js';
import { LocalSlidingWindows } from '../../platform/limits/local-sliding-windows.js';
import type { GuestBed } from './guest-links.service.js';
import { GuestVisitors } from './guest-visitors.js';

/** Looks of one link, on each node. A press is none. */
const REQUESTS = { count: 120, seconds: 60 };
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** What a visitor's request passes, and what the answer carries for their browser. */
@Injectable()
export class GuestEntry {
  constructor(
    private readonly visitors: GuestVisitors,
    private readonly windows: LocalSlidingWindows,
  ) {}

  protect(response: Response): void {
    response.setHeader('Content-Security-Policy', POLICY);
    // With `no-referrer` a browser would send the form with `Origin: null`.
    response.setHeader('Referrer-Policy', 'same-origin');
    response.setHeader('Cache-Control', 'no-store');
  }

  /** Sets `Retry-After` where it is not. */
  isWithinLimit({ bedId }: GuestBed, response: Response): boolean {
    const { allowed, retryAfter } = this.windows.hit(`guest:${bedId}`, REQUESTS);
    if (!allowed) response.setHeader('Retry-After', String(retryAfter));
    return allowed;
  }

  /** A foreign one was refused before; a form of ours always names its own. @throws DomainError ORIGIN_FORBIDDEN */
  requireOrigin(request: Request): void {
    if (request.headers.origin === undefined) throw new DomainError('ORIGIN_FORBIDDEN', 'the form is sent from its own page');
  }

  welcome(bed: GuestBed, request: Request, response: Response): Promise<boolean> {
    return this.visitors.welcome(bed, request, response);
  }

  admit(bed: GuestBed, request: Request): Promise<boolean> {
    return this.visitors.admit(bed, request);
  }
}
