import type { Response } from 'express';
import { z } from 'zod';

/** Load balancers cut a silent request after 60 s, many after 30 s. */
const MAX_WAIT_SEC = 25;

/** `?wait=` of long polls, in seconds; 0 or none answers at once. */
export const waitParam = z
  .string()
  .regex(/^\d{1,2}$/)
  .transform(Number)
  .refine((seconds) => seconds <= MAX_WAIT_SEC)
  .default(0);

/** Aborts when the client has gone before the answer. */
export function goneSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    controller.abort();
  });
  return controller.signal;
}
