import type { NextFunction, Response } from 'express';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import type { TrustedProxies } from '../../identity/origin/trusted-proxies.js';
import { newId } from '../common/values/ids.js';
import { withLogContext } from '../logging/log-context.js';
import { beginTraced } from '../tracing/tracing.js';

/** Gives each request its id and its client's address, before anything can refuse it. */
export function requestContext(proxies: TrustedProxies) {
  return (request: GuardedRequest, response: Response, next: NextFunction): void => {
    request.requestId = newId();
    request.clientAddress = proxies.clientAddress(request);
    response.setHeader('X-Request-Id', request.requestId);
    response.setHeader('Cache-Control', 'no-store');
    const { method, headers } = request;
    beginTraced(`HTTP ${method}`, typeof headers['traceparent'] === 'string' ? headers['traceparent'] : undefined, (span) => {
      span.setAttributes({ 'http.request.method': method, request_id: request.requestId ?? '' });
      response.once('close', () => {
        const route = (request as { route?: { path?: string } }).route?.path;
        span.setAttributes({ 'http.response.status_code': response.statusCode, ...(route !== undefined && { 'http.route': route }) });
        span.end();
      });
      withLogContext({ request_id: request.requestId ?? '' }, next);
    });
  };
}
