import { clientError, type ErrorBody, WardlineError } from './errors.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** A value of a query; undefined leaves it out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Default 15,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;
const isBrowser = typeof document !== 'undefined';

/** The HTTP API under `/api/v1`: the session's cookie, its CSRF token, and typed errors. */
export class Http {
  private csrf: string | undefined;
  private refreshing: Promise<void> | undefined;
  /** Outside a browser nobody keeps cookies for us. */
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly url: string,
    private readonly fetch: typeof globalThis.fetch,
    private readonly locale: string | undefined,
  ) {}

  /** The cookies, for a transport that must send them by itself; undefined in a browser. */
  get cookie(): string | undefined {
    if (isBrowser || this.cookies.size === 0) return undefined;
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  set csrfToken(token: string | undefined) {
    this.csrf = token;
  }

  forget(): void {
    this.csrf = undefined;
    this.cookies.clear();
  }

  /** @returns the parsed body, undefined for none @throws WardlineError */
  async request(method: Method, path: string, options: RequestOptions = {}): Promise<unknown> {
    if (method !== 'GET' && this.csrf === undefined && path !== '/auth/login') await this.refreshCsrf();
    try {
      return await this.parsed(method, path, options);
    } catch (error) {
      if (!(error instanceof WardlineError) || error.code !== 'CSRF_TOKEN_INVALID') throw error;
      await this.refreshCsrf();
      return this.parsed(method, path, options);
    }
  }

  /** As `request`, but answers the response itself, once its status is 2xx. @throws WardlineError */
  async raw(method: Method, path: string, { query, body, headers, signal }: RequestOptions): Promise<Response> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(name, String(value));
    const tail = search.size > 0 ? `?${search.toString()}` : '';
    const { cookie } = this;
    let response: Response;
    try {
      response = await this.fetch(`${this.url}/api/v1${path}${tail}`, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        headers: {
          Accept: 'application/json',
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(method !== 'GET' && this.csrf !== undefined && { 'X-CSRF-Token': this.csrf }),
          ...(cookie !== undefined && { Cookie: cookie }),
          ...(this.locale !== undefined && { 'Accept-Language': this.locale }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
    } catch (error) {
      throw clientError('NETWORK', 'the server was not reached', true, error);
    }
    this.keepCookies(response);
    if (!response.ok) throw await refusal(response);
    return response;
  }

  private async parsed(method: Method, path: string, options: RequestOptions): Promise<unknown> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    const response = await this.raw(method, path, { ...options, signal });
    try {
      const text = await response.text();
      return text === '' ? undefined : response.headers.get('Content-Type')?.includes('json') ? (JSON.parse(text) as unknown) : text;
    } catch (error) {
      throw clientError(error instanceof SyntaxError ? 'MALFORMED_ANSWER' : 'NETWORK', 'the answer did not arrive whole', true, error);
    }
  }

  /** One look-up however many ask. Without a session there is no token, and the request is refused as it must be. */
  private refreshCsrf(): Promise<void> {
    this.refreshing ??= this.parsed('GET', '/auth/session', {})
      .then(
        (session) => {
          this.csrf = (session as { csrf_token?: string | null }).csrf_token ?? undefined;
        },
        (error: unknown) => {
          if (!(error instanceof WardlineError) || error.status !== 401) throw error;
        },
      )
      .finally(() => {
        this.refreshing = undefined;
      });
    return this.refreshing;
  }

  private keepCookies(response: Response): void {
    if (isBrowser) return;
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const at = pair.indexOf('=');
      const name = pair.slice(0, at);
      const value = pair.slice(at + 1);
      if (value === '' || /;\s*max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

async function refusal(response: Response): Promise<WardlineError> {
  const { status } = response;
  try {
    const { error } = (await response.json()) as { error: ErrorBody };
    if (typeof error.code === 'string') return new WardlineError(error, { status });
  } catch {
    // A proxy's page, or a body that broke off: the status says enough.
  }
  const seconds = Number(response.headers.get('Retry-After'));
  return new WardlineError(
    {
      code: status === 401 ? 'UNAUTHENTICATED' : status === 429 ? 'RATE_LIMITED' : status >= 500 ? 'UNAVAILABLE' : `HTTP_${String(status)}`,
      message: `the server answered ${String(status)}`,
      retryable: status >= 500 || status === 429,
      ...(Number.isFinite(seconds) && seconds > 0 && { retry_after: seconds }),
    },
    { status },
  );
}
