import { Cookies } from './environment/environment.js';
import { clientError, closedError, type ErrorBody, WardlineError } from './errors.js';
import type { Session } from './generated/protocol.js';

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

/** The HTTP API under `/api/v1`: the session's cookie, its CSRF token, and typed errors. */
export class Http {
  #csrf: string | undefined;
  #refreshing: Promise<unknown> | undefined;
  readonly #cookies = new Cookies();
  readonly #running = new Set<AbortController>();
  #closed = false;

  readonly #url: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #locale: string | undefined;
  readonly #identified: (userId: string) => void;

  /** @param identified hears whose session it is, whenever the server says so */
  constructor(url: string, fetch: typeof globalThis.fetch, locale: string | undefined, identified: (userId: string) => void) {
    this.#url = url;
    this.#fetch = fetch;
    this.#locale = locale;
    this.#identified = identified;
  }

  /** The cookies, for a transport that must send them by itself; undefined in a browser. */
  get cookie(): string | undefined {
    return this.#cookies.header;
  }

  /** Asks for the session, or signs in; its token goes with every later command. @throws WardlineError */
  async session(credentials?: object): Promise<Session> {
    const session = (await (credentials
      ? this.request('POST', '/auth/login', { body: credentials })
      : this.request('GET', '/auth/session'))) as Session;
    this.#csrf = session.csrf_token ?? undefined;
    // A wall board is nobody.
    if ((session as Partial<Session>).user) this.#identified(session.user.id);
    return session;
  }

  forget(): void {
    this.#csrf = undefined;
    this.#cookies.clear();
  }

  /** Ends every request that is under way, and refuses later ones. */
  close(): void {
    this.#closed = true;
    for (const request of this.#running) request.abort(closedError());
  }

  /** @returns the parsed body, undefined for none @throws WardlineError */
  readonly request = async (method: Method, path: string, options: RequestOptions = {}): Promise<unknown> => {
    if (method !== 'GET' && this.#csrf === undefined && path !== '/auth/login') await this.refresh();
    try {
      return await this.#parsed(method, path, options);
    } catch (error) {
      if ((error as WardlineError).code !== 'CSRF_TOKEN_INVALID') throw error;
      await this.refresh();
      return this.#parsed(method, path, options);
    }
  };

  /** As `request`, but answers the response itself, once its status is 2xx. @throws WardlineError for a refusal */
  async raw(method: Method, path: string, { query, body, headers, signal }: RequestOptions): Promise<Response> {
    const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given as [string, string][]).toString();
    const { cookie } = this;
    const response = await this.#fetch(`${this.#url}/api/v1${path}${search && `?${search}`}`, {
      method,
      cache: 'no-store',
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(method !== 'GET' && this.#csrf && { 'X-CSRF-Token': this.#csrf }),
        ...(cookie && { Cookie: cookie }),
        ...(this.#locale && { 'Accept-Language': this.#locale }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    this.#cookies.keep(response);
    if (!response.ok) throw await refusal(response);
    return response;
  }

  async #parsed(method: Method, path: string, options: RequestOptions): Promise<unknown> {
    if (this.#closed) throw closedError();
    const running = new AbortController();
    const outer = options.signal;
    const abort = () => {
      running.abort();
    };
    const timer = setTimeout(() => {
      running.abort(clientError('TIMEOUT', 'timeout', true));
    }, options.timeoutMs ?? TIMEOUT_MS);
    outer?.addEventListener('abort', abort);
    if (outer?.aborted) abort();
    this.#running.add(running);
    try {
      const response = await this.raw(method, path, { ...options, signal: running.signal });
      const text = await response.text();
      return text === '' ? undefined : response.headers.get('Content-Type')?.includes('json') ? (JSON.parse(text) as unknown) : text;
    } catch (error) {
      for (const known of [error, running.signal.reason]) if (known instanceof WardlineError) throw known;
      throw clientError(error instanceof SyntaxError ? 'MALFORMED_ANSWER' : 'NETWORK', 'not reached', true, error);
    } finally {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
      this.#running.delete(running);
    }
  }

  /** One look-up however many ask. Without a session there is no token, and the request is refused as it must be. */
  refresh(): Promise<unknown> {
    this.#refreshing ??= this.session()
      .catch((error: unknown) => {
        if ((error as WardlineError).status !== 401) throw error;
      })
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
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
      message: `HTTP ${String(status)}`,
      retryable: status >= 500 || status === 429,
      retry_after: seconds > 0 ? seconds : undefined,
    },
    { status },
  );
}
