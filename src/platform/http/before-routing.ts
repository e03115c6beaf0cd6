import type { NextFunction, Response } from 'express';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import type { OriginGuard } from '../../identity/origin/origin.guard.js';
import type { RouteMarks } from './route-marks.js';
import type { TlsGuard } from '../../identity/origin/tls.guard.js';

/** Refuses what did not come over TLS, or from a page of another origin, whatever it asks for: routes, preflights, paths that there are not, the API's description. */
export function beforeRouting(tls: TlsGuard, origin: OriginGuard, marks: RouteMarks) {
  return (request: GuardedRequest, _response: Response, next: NextFunction): void => {
    tls.requireTls(request);
    origin.requireOwnOrigin(request, marks.originsOf(request));
    next();
  };
}
