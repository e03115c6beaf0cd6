import type { NextFunction, Request, Response } from 'express';
import { DomainError } from '../common/errors.js';

const FORM = 'application/x-www-form-urlencoded';

/**
 * A body that says it is something else than JSON is refused, rather than taken for none.
 * @param forms where a page's form is taken too
 */
export function jsonOnly(forms: RegExp) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const { 'content-type': type, 'content-length': length } = request.headers;
    const taken = forms.test(request.path) ? ['application/json', FORM] : ['application/json'];
    const isOther = type !== undefined && length !== '0' && request.is(taken) === false;
    next(isOther ? new DomainError('UNSUPPORTED_DATA', 'application/json is needed') : undefined);
  };
}
