import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpStatus } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { DomainError } from '../common/errors.js';
import type { RouteMarks } from './route-marks.js';

const FORM = 'application/x-www-form-urlencoded';

/**
 * A body that says it is something else than JSON is refused, rather than taken for none.
 * @param marks the routes that take a page's form too
 */
export function jsonOnly(marks: RouteMarks) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const { 'content-type': type, 'content-length': length } = request.headers;
    const taken = marks.acceptsForm(request) ? ['application/json', FORM] : ['application/json'];
    const isOther = type !== undefined && length !== '0' && request.is(taken) === false;
    next(isOther ? new DomainError('UNSUPPORTED_DATA', 'application/json is needed') : undefined);
  };
}

/**
 * Checks a body that was read. A decoder would replace bytes that are not UTF-8, and the client would never know.
 * @throws as the parser of bodies does: an error with a status
 */
export function requireUtf8(_request: IncomingMessage, _response: ServerResponse, body: Buffer, encoding: string): void {
  if (encoding !== 'utf-8') throw unreadable(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
  if (!isUtf8(body)) throw unreadable(HttpStatus.BAD_REQUEST);
}

function unreadable(status: HttpStatus): Error {
  return Object.assign(new Error('the body is not UTF-8'), { status, expose: true });
}
