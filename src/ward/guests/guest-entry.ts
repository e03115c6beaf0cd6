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
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The headers of every answer of the guest page. */
export function protectGuestPage(response: Response): void {
  response.setHeader('Content-Security-Policy', POLICY);
  // With `no-referrer` a browser would send the form with `Origin: null`.
  response.setHeader('Referrer-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
}

/** The checks that a visitor's request passes. */
@Injectable()
export class GuestEntry {
  constructor(
    private readonly visitors: GuestVisitors,
    private readonly windows: LocalSlidingWindows,
  ) {}

  /** @throws DomainError RATE_LIMITED */
  requireWithinLimit({ bedId }: GuestBed): void {
    const { allowed, retryAfter } = this.windows.hit(`guest:${bedId}`, REQUESTS);
    if (!allowed) throw new DomainError('RATE_LIMITED', 'too many requests', { retryAfter });
  }

  /** A foreign one was refused before; a form of ours always names its own. @throws DomainError ORIGIN_FORBIDDEN */
  requireOrigin(request: Request): void {
    if (request.headers.origin === undefined) throw new DomainError('ORIGIN_FORBIDDEN', 'the form is sent from its own page');
  }

  /** A device that opens the page. @throws DomainError FORBIDDEN for a fourth one */
  async welcome(bed: GuestBed, request: Request, response: Response): Promise<void> {
    if (!(await this.visitors.welcome(bed, request, response))) throw crowded();
  }

  /** A device that presses or waits. @throws DomainError FORBIDDEN for a fourth one */
  async admit(bed: GuestBed, request: Request): Promise<void> {
    if (!(await this.visitors.admit(bed, request))) throw crowded();
  }
}

function crowded(): DomainError {
  return new DomainError('FORBIDDEN', 'three devices use this link', { details: { reason: 'devices' } });
}
