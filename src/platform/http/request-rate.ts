import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { NextFunction, Response } from 'express';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { IdentityProvider } from '../../identity/access/identity-provider.js';
import { PROBES } from '../../identity/access/tls.guard.js';
import { DomainError } from '../common/errors.js';
import { clientNetwork } from '../limits/client-network.js';
import { LimitMetrics } from '../limits/limit-metrics.js';
import { LiveLimits } from '../limits/live-limits.service.js';
import { LocalSlidingWindows } from '../limits/local-sliding-windows.js';

const STATION = /^\/api\/v1\/stations\/self(\/|$)/;
const STATION_PRESS = '/api/v1/stations/self/calls';
const PRESS = '/api/v1/calls';
const COMMAND = /^\/api\/v1\/calls\/[^/]+\/\w+$/;
/** A client over its limit is answered this late: it sends as fast as it is answered, and refusals cost the others, too. */
const SLOW_MS = 100;

/**
 * HTTP_RATE_LIMIT: requests of a session (by its cookie's signature, before any look into the database), of a station, or of an address's network without
 * either. Each node counts for itself. Pressing never counts, nor do probes; the commands of calls have a window of their own.
 */
@Injectable()
export class RequestRate {
  constructor(
    private readonly windows: LocalSlidingWindows,
    private readonly limits: LiveLimits,
    private readonly identities: IdentityProvider,
    private readonly metrics: LimitMetrics,
  ) {}

  readonly middleware = (request: GuardedRequest, response: Response, next: NextFunction): void => {
    const key = this.keyOf(request);
    const { allowed, retryAfter } =
      key === undefined ? { allowed: true, retryAfter: 0 } : this.windows.hit(key, this.limits.current.HTTP_RATE_LIMIT);
    if (allowed) {
      next();
      return;
    }
    this.metrics.overRate('http');
    const refuse = setTimeout(() => {
      next(new DomainError('RATE_LIMITED', 'too many requests', { retryAfter }));
    }, SLOW_MS);
    response.once('close', () => {
      clearTimeout(refuse);
    });
  };

  /** Whose window counts the request; none: it does not count. */
  private keyOf(request: GuardedRequest): string | undefined {
    const { method = '', url = '', headers } = request;
    const path = url.split('?', 1)[0] ?? '';
    if (PROBES.has(path)) return undefined;
    if (STATION.test(path) && headers.authorization !== undefined) {
      // Wrong keys are counted where keys are looked up.
      if (method === 'POST' && path === STATION_PRESS) return undefined;
      return `http:station:${createHash('sha256').update(headers.authorization).digest('base64url')}`;
    }
    const credential = this.identities.credentialOf(request);
    if (credential === undefined) return `http:address:${clientNetwork(request.clientAddress ?? '')}`;
    if (method === 'POST' && path === PRESS) return undefined;
    return `${method === 'POST' && COMMAND.test(path) ? 'http:commands' : 'http:session'}:${credential}`;
  }
}
