import type { IncomingMessage } from 'node:http';
import type { CorsOptions, CorsOptionsDelegate } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { RouteMarks } from './route-marks.js';

const EXPOSED = ['X-Request-Id', 'Retry-After', 'ETag'];

/** CORS: pages that may call a route may send it JSON and read its answer. Those of `any` origin come without cookies. */
export function readableBy(marks: RouteMarks, allowed: readonly string[]): CorsOptionsDelegate<IncomingMessage> {
  return (request, answer) => {
    answer(null, optionsFor(marks.originsOf(request), allowed));
  };
}

function optionsFor(rule: 'any' | readonly string[] | undefined, allowed: readonly string[]): CorsOptions {
  if (rule === 'any') return { origin: '*', credentials: false, exposedHeaders: EXPOSED };
  return { origin: [...(rule ?? allowed)], credentials: true, exposedHeaders: EXPOSED };
}
