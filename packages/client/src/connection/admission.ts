import { STOPS } from '../generated/close-codes.js';
import type { Fallback } from '../transports/transport.js';

const TIMEOUT_MS = 3000;

interface AdmissionView {
  close_code?: number;
  retry_after?: number;
  fallback: { use: 'stream' | 'poll' | null };
}

/** A browser cannot read a refused upgrade: the server says what it would have answered, and which way is open. */
export const nextStep: Fallback['nextStep'] = async (http, transports, index) => {
  // A server that is not there at all is tried again in the same way.
  const asked = index === 0 && http.request('GET', '/ws/admission', { timeoutMs: TIMEOUT_MS }).catch(() => undefined);
  const admission = (await asked) as AdmissionView | undefined | false;
  const { close_code: code = 0, fallback, retry_after: seconds } = admission || ({} as Partial<AdmissionView>);
  if (STOPS[code]) return { kind: 'close', code };
  const use = index === 0 ? fallback?.use : 'poll';
  const next = transports.findIndex(({ name }, at) => at > index && (name === use || (use === 'stream' && name === 'poll')));
  return use && next > 0 ? { kind: 'use', index: next } : { kind: 'retry', seconds };
};
