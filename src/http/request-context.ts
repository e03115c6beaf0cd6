import type { NextFunction, Response } from 'express';
import type { GuardedRequest } from '../auth/guarded-request.js';
import type { TrustedProxies } from '../auth/trusted-proxies.js';
import { newId } from '../common/ids.js';

/** Gives each request its id and its client's address, before anything can refuse it. */
export function requestContext(proxies: TrustedProxies) {
  return (request: GuardedRequest, response: Response, next: NextFunction): void => {
    request.requestId = newId();
    request.clientAddress = proxies.clientAddress(request);
    response.setHeader('X-Request-Id', request.requestId);
    response.setHeader('Cache-Control', 'no-store');
    next();
  };
}
