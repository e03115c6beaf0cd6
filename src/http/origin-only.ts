import type { NextFunction, Response } from 'express';
import type { GuardedRequest } from '../auth/guarded-request.js';
import type { OriginGuard } from '../auth/origin.guard.js';

/** Refuses a page of another origin where no guard stands: preflights, paths that there are not, the API's description. */
export function originOnly(guard: OriginGuard) {
  return (request: GuardedRequest, _response: Response, next: NextFunction): void => {
    guard.requireOwnOrigin(request);
    next();
  };
}
