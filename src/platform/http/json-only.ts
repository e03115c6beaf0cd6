import type { NextFunction, Request, Response } from 'express';
import { DomainError } from '../common/errors.js';

/** A body that says it is something else than JSON is refused, rather than taken for none. */
export function jsonOnly(request: Request, _response: Response, next: NextFunction): void {
  const { 'content-type': type, 'content-length': length } = request.headers;
  const isOther = type !== undefined && length !== '0' && request.is('application/json') === false;
  next(isOther ? new DomainError('UNSUPPORTED_DATA', 'application/json is needed') : undefined);
}
