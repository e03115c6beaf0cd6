import type { NextFunction, Request, Response } from 'express';
import { DomainError } from '../common/errors.js';

/** A body of another kind than JSON is refused, rather than taken for none. */
export function jsonOnly(request: Request, _response: Response, next: NextFunction): void {
  const isOther = request.is('application/json') === false;
  next(isOther ? new DomainError('UNSUPPORTED_DATA', 'application/json is needed') : undefined);
}
