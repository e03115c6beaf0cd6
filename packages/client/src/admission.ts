import { closeAction } from './close-codes.js';
import { type Http, type Method, type RequestOptions } from './http.js';
import type { Transport } from './transports/transport.js';

const TIMEOUT_MS = 3000;

interface AdmissionView {
  close_code?: number;
  retry_after?: number;
  fallback: { use: 'stream' | 'poll' | null };
}

/** The next step after an attempt that failed before its `hello`. */
export type NextStep = { kind: 'close'; code: number } | { kind: 'use'; index: number } | { kind: 'retry'; seconds: number | undefined };

/**
 * A browser cannot read a refused upgrade: the server says what it would have answered, and which way is open.
 * @param index the transport that failed
 */
export async function nextStep(http: Pick<Http, 'request'>, transports: readonly Transport[], index: number): Promise<NextStep> {
  const admission = index === 0 ? await ask(http) : undefined;
  if (admission?.close_code !== undefined && closeAction(admission.close_code).action !== 'back_off') {
    return { kind: 'close', code: admission.close_code };
  }
  const use = index === 0 ? admission?.fallback.use : 'poll';
  const next = transports.findIndex(({ name }, at) => at > index && (name === use || (use === 'stream' && name === 'poll')));
  return use && next > 0 ? { kind: 'use', index: next } : { kind: 'retry', seconds: admission?.retry_after };
}

async function ask(http: { request(method: Method, path: string, options?: RequestOptions): Promise<unknown> }) {
  try {
    return (await http.request('GET', '/ws/admission', { timeoutMs: TIMEOUT_MS })) as AdmissionView;
  } catch {
    return undefined; // the server is not there at all: the same way is tried again
  }
}
