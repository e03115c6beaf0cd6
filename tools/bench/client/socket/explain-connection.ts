import { NetworkError } from '../api-error.js';
import { UsageError } from '../invocation.js';
import type { Target } from '../target.js';

const DISTRUST = /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO/;

/** Advice on a connection that failed, in one line; other errors as they are. */
export function explainConnection(error: unknown, target: Target): unknown {
  if (!(error instanceof NetworkError)) return error;
  if (error.code === 'ECONNREFUSED') {
    return new UsageError(`nothing answers at ${target.url.origin}: start Wardline first (npm start)`);
  }
  if (!DISTRUST.test(error.code)) return error;
  return new UsageError(
    `the certificate of ${target.url.origin} is not trusted (${error.code}): name the server's data directory with --data-dir, or add --insecure to go on unverified`,
  );
}
