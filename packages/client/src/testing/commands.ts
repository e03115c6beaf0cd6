/** The answer of a command: data or an error body. */
export type Answer =
  { data: unknown } | { error: { code: string; message: string; retryable: boolean; details?: Record<string, unknown> } };

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

export function error(code: string): { code: string; message: string; retryable: boolean } {
  return { code, message: code.toLowerCase().replaceAll('_', ' '), retryable: false };
}

/** The command that an HTTP call is. */
export function commandOf(
  method: string,
  path: string,
  body: Record<string, unknown>,
): { type: string; data: Record<string, unknown> } | undefined {
  if (method === 'POST' && path === '/calls') return { type: 'call.raise', data: body };
  const [, callId, verb] = /^\/calls\/([^/]+)\/([a-z]+)$/.exec(path) ?? [];
  if (method === 'POST' && callId !== undefined && verb !== undefined) return { type: `call.${verb}`, data: { ...body, call_id: callId } };
  const [, dept, shift = ''] = /^\/departments\/([^/]+)\/shifts(.*)$/.exec(path) ?? [];
  if (dept === undefined) return undefined;
  const verbOf: Readonly<Record<string, string>> = {
    POST: 'start',
    'DELETE/mine': 'end',
    'POST/mine/pause': 'pause',
    'POST/mine/resume': 'resume',
  };
  const name = verbOf[method + shift];
  return name === undefined ? undefined : { type: `shift.${name}`, data: { ...body, dept } };
}

/** The answer to a look before the socket, which says the server's time. */
export function admission(pollIntervalMs: number, now: number): Response {
  const fallback = { enabled: true, use: 'stream', poll_interval_ms: pollIntervalMs };
  return json(200, { admitted: true, fallback }, { Date: new Date(now).toUTCString() });
}
