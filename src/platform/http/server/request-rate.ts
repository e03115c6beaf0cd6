import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { NextFunction, Response } from 'express';
import type { GuardedRequest } from '../../../identity/access/guarded-request.js';
import { Callers } from '../../../identity/access/callers.js';
import { DomainError } from '../../common/errors.js';
import { clientNetwork } from '../../limits/client-network.js';
import { LimitMetrics } from '../../limits/limit-metrics.js';
import { LiveLimits } from '../../limits/live-limits.service.js';
import { LocalSlidingWindows } from '../../limits/local-sliding-windows.js';
import { ALLOWED } from '../../limits/sliding-windows.js';
import { SlowAnswers } from './slow-answers.js';

const STATION = /^\/api\/v1\/stations\/self(\/|$)/;
const STATION_PRESS = '/api/v1/stations/self/calls';
const PRESS = '/api/v1/calls';
const GUEST_PRESS = /^\/g\/[^/]+$/;
const COMMAND = /^\/api\/v1\/calls\/[^/]+\/\w+$/;

/**
 * HTTP_RATE_LIMIT: requests of a session (by its cookie's signature, before any look into the database), of a station, or of an address's network without
 * either. Each node counts for itself. Pressing never counts, nor do plain probes, which are answered before; the commands of calls have a window of their own.
 */
@Injectable()
export class RequestRate {
  constructor(
    private readonly windows: LocalSlidingWindows,
    private readonly limits: LiveLimits,
    private readonly callers: Callers,
    private readonly metrics: LimitMetrics,
    private readonly slow: SlowAnswers,
  ) {}

  readonly middleware = (request: GuardedRequest, response: Response, next: NextFunction): void => {
    const key = this.keyOf(request);
    const verdict = key === undefined ? ALLOWED : this.windows.hit(key, this.limits.current.HTTP_RATE_LIMIT);
    if (key === undefined || verdict.allowed) {
      next();
      return;
    }
    this.metrics.overRate('http');
    this.slow.later(key, response, () => {
      next(new DomainError('RATE_LIMITED', 'too many requests', { retryAfter: verdict.retryAfter }));
    });
  };

  /** The key whose window counts the request; none: it does not count. */
  private keyOf(request: GuardedRequest): string | undefined {
    const { method = '', url = '', headers } = request;
    const path = url.split('?', 1)[0] ?? '';
    if (STATION.test(path) && headers.authorization !== undefined) {
      // Wrong keys are counted where keys are looked up.
      if (method === 'POST' && path === STATION_PRESS) return undefined;
      return `http:station:${createHash('sha256').update(headers.authorization).digest('base64url')}`;
    }
    // Many patients share the address of the hospital's network; the link has a limit of its own for all but its presses.
    if (method === 'POST' && GUEST_PRESS.test(path)) return undefined;
    const credential = this.callers.credentialOf(request);
    if (credential === undefined) return `http:address:${clientNetwork(request.clientAddress ?? '')}`;
    if (method === 'POST' && path === PRESS) return undefined;
    return `${method === 'POST' && COMMAND.test(path) ? 'http:commands' : 'http:session'}:${credential}`;
  }
}
