import http from 'node:http';
import https from 'node:https';
import { NetworkError } from './api-error.js';
import type { Target } from './target.js';

const REQUEST_TIMEOUT_MS = 30_000;
/** Kept open between requests, so that a press does not pay for a TLS handshake each time. */
const IDLE_SOCKETS = 128;

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The parsed JSON, or undefined when there was none. */
  readonly body: unknown;
  /** `performance.now()` just before the request was written, and when its answer was complete. */
  readonly writtenAt: number;
  readonly answeredAt: number;
}

export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** JSON over HTTP/1.1 with kept-alive connections; knows nothing of sessions. */
export class HttpClient {
  private readonly agent: http.Agent;
  private readonly request: typeof http.request;

  constructor(private readonly target: Target) {
    const kept = { keepAlive: true, maxFreeSockets: IDLE_SOCKETS, noDelay: true };
    const secure = target.url.protocol === 'https:';
    this.agent = secure ? new https.Agent({ ...kept, ...target.tls }) : new http.Agent(kept);
    this.request = secure ? https.request : http.request;
  }

  /**
   * Sends a request. When the server closes a kept connection while a request is under way, the connection is reset. That one
   * case is sent again, once. Every request must bear it: GETs, requests with an idempotency key, and set-up calls that answer
   * a second time with 409.
   */
  async send(method: Method, path: string, request: HttpRequest = {}): Promise<HttpAnswer> {
    const first = await this.once(method, path, request);
    if (first !== 'stale connection') return first;
    const second = await this.once(method, path, request);
    if (second !== 'stale connection') return second;
    throw new NetworkError('ECONNRESET', `${method} ${path}: the connection was reset twice`);
  }

  close(): void {
    this.agent.destroy();
  }

  private once(method: Method, path: string, request: HttpRequest): Promise<HttpAnswer | 'stale connection'> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers: Record<string, string | number> = { accept: 'application/json' };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(body);
    }
    Object.assign(headers, request.headers);
    return new Promise((resolve, reject) => {
      let writtenAt = 0;
      const outgoing = this.request(new URL(path, this.target.url), { method, headers, agent: this.agent }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', (error) => {
          reject(new NetworkError(errorCode(error), `${method} ${path}: ${error.message}`));
        });
        incoming.on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: parseJson(Buffer.concat(chunks).toString('utf8')),
            writtenAt,
            answeredAt: performance.now(),
          });
        });
      });
      outgoing.setTimeout(REQUEST_TIMEOUT_MS, () => {
        outgoing.destroy(Object.assign(new Error('no answer in time'), { code: 'TIMEOUT' }));
      });
      outgoing.on('error', (error) => {
        const code = errorCode(error);
        if (outgoing.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')) {
          resolve('stale connection');
        } else {
          reject(new NetworkError(code, `${method} ${path}: ${error.message || code}`));
        }
      });
      writtenAt = performance.now();
      outgoing.end(body);
    });
  }
}
