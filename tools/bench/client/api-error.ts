import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

const MS_PER_SECOND = 1000;

/** An answer of Wardline that is not what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterMs: number | undefined,
  ) {
    super(message);
  }
}

/** No answer at all: refused, cut, timed out, or not trusted. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function retryAfterMs(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header === undefined || !Number.isFinite(seconds) || seconds < 0 ? undefined : seconds * MS_PER_SECOND;
}

export function toApiError(
  request: string,
  answer: {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: unknown;
  },
): ApiError {
  const known = errorBody.safeParse(answer.body);
  const code = known.success ? known.data.error.code : `HTTP_${String(answer.status)}`;
  const detail = known.success ? known.data.error.message : 'no error body';
  return new ApiError(
    answer.status,
    code,
    `${request} answered ${String(answer.status)} ${code}: ${detail}`,
    retryAfterMs(answer.headers['retry-after']),
  );
}

/** The short name under which a failure is counted. */
export function codeOf(error: unknown): string {
  if (error instanceof ApiError) return error.code;
  if (error instanceof NetworkError) return `NET_${error.code}`;
  return 'CLIENT_FAULT';
}
