import { randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { AnyFrame } from './any-frame.js';
import { requireAnswer, requireFrame } from './published.js';
import type { TestWardline } from '../wardline.js';
import { PATIENCE_MS } from '../eventually.js';

export type { AnyFrame } from './any-frame.js';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;

  body: any;
}

export interface RequestOptions {
  /** An object is sent as JSON, a string as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** The address of this machine to come from. */
  from?: string;
}

type Target = Pick<TestWardline, 'url' | 'ca'> & {
  /** A program of an older release: its answers lack the fields that are new. */
  isOlderRelease?: boolean;
  /** Keeps connections for further requests; without it each request has a connection of its own. */
  agent?: http.Agent;
};

/** One HTTP request; never throws for a status. */
export function request(target: Target, method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { body, headers = {}, from } = options;
  const url = new URL(target.url);
  const payload = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const { request: send } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const message = send(
      {
        host: url.hostname,
        port: url.port,
        path,
        method,
        ca: target.ca,
        agent: target.agent ?? false,
        ...(from !== undefined && { localAddress: from }),
        headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = response.headers['content-type']?.includes('json') ?? false;
          const status = response.statusCode ?? 0;
          const answer: Answer = { status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text };
          if (isJson && target.isOlderRelease !== true) {
            try {
              requireAnswer(method, path, status, answer.body);
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
              return;
            }
          }
          resolve(answer);
        });
        response.on('error', reject);
      },
    );
    message.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed a kept connection just when the request came: it has not read it, and a browser asks again.
      if (message.reusedSocket && error.code === 'ECONNRESET') request(target, method, path, options).then(resolve, reject);
      else reject(error);
    });
    message.end(payload);
  });
}

/** A signed-in person, over HTTP. */
export class Session {
  constructor(
    private readonly target: Target,
    readonly cookie: string,
    readonly csrf: string,
    readonly user: { id: string; name: string; role: string; departments: string[] },
  ) {}

  get(path: string): Promise<Answer> {
    return request(this.target, 'GET', `/api/v1${path}`, { headers: { cookie: this.cookie } });
  }

  /** With the CSRF token and a fresh Idempotency-Key, unless other headers are given. */
  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return request(this.target, method, `/api/v1${path}`, {
      ...(body !== undefined && { body }),
      headers: { cookie: this.cookie, 'x-csrf-token': this.csrf, 'idempotency-key': randomUUID(), ...headers },
    });
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, body, headers);
  }
}

/** Signs a person of the demo hospital in. */
export async function signIn(target: Pick<TestWardline, 'url' | 'ca' | 'firstRun'>, username: string): Promise<Session> {
  const person = [target.firstRun.admin, ...target.firstRun.staff].find((one) => one.username === username);
  if (!person) throw new Error(`nobody is called ${username}`);
  const ask = () => request(target, 'POST', '/api/v1/auth/login', { body: { username, password: person.password } });
  let answer = await ask();
  // A server that other tests have filled up: a refusal that may be retried is retried, as a client does.
  for (let tries = 0; answer.status === 503 && tries < 40; tries++) {
    await sleep(250);
    answer = await ask();
  }
  if (answer.status !== 200) throw new Error(`sign-in answered ${String(answer.status)}`);
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const { csrf_token, user } = answer.body as { csrf_token: string; user: Session['user'] };
  return new Session(target, cookie, csrf_token, user);
}

/** Signs in with a password that an administrator has set, and changes it. */
export async function signInFirst(
  target: Pick<TestWardline, 'url' | 'ca' | 'firstRun'>,
  username: string,
  password: string,
): Promise<Session> {
  const person = { username, password, role: 'nurse', departments: [] };
  const session = await signIn({ ...target, firstRun: { ...target.firstRun, staff: [person] } }, username);
  const change = await session.post('/auth/password', { current_password: password, new_password: `${password}, changed` });
  if (change.status !== 204) throw new Error(`the change of the password answered ${String(change.status)}`);
  return session;
}

/** Calls as a station of the demo hospital. */
export function asStation(target: Pick<TestWardline, 'url' | 'ca' | 'firstRun'>, id: string) {
  const station = target.firstRun.stations.find((one) => one.id === id);
  if (!station) throw new Error(`no station ${id}`);
  return (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    request(target, method, `/api/v1/stations/self${path}`, {
      ...(body !== undefined && { body }),
      headers: { authorization: `Bearer ${station.key}`, ...headers },
    });
}

/** A socket that keeps every frame it gets. */
export class Socket {
  readonly frames: AnyFrame[] = [];
  /** Set when the socket is closed. */
  closed: { code: number; reason: string } | undefined;
  /** The first frame that was not as its schema says: each wait, open or next, fails with it. */
  private fault: Error | undefined;
  private readonly waiters = new Set<() => void>();
  /** Types of the commands that were sent, by their ids. */
  private readonly sent = new Map<string, string>();

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8'));
      this.frames.push(frame);
      try {
        requireFrame(frame, this.sent.get(frame.re as string));
      } catch (error) {
        this.fault ??= error as Error;
        // It ends the run where no test waits for a frame.
        if (this.waiters.size === 0) throw error;
      }
      for (const wake of this.waiters) wake();
    });
    ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      for (const wake of this.waiters) wake();
    });
    ws.on('error', () => undefined);
  }

  static open(target: Target, cookie: string | undefined, headers: Record<string, string> = {}, query = ''): Promise<Socket> {
    const ws = new WebSocket(`${target.url.replace('http', 'ws')}/ws${query}`, 'wardline.v1', {
      ca: target.ca,
      headers: { ...(cookie !== undefined && { cookie }), ...headers },
    });
    const socket = new Socket(ws);
    return new Promise((resolve, reject) => {
      ws.once('open', () => {
        resolve(socket);
      });
      ws.once('error', reject);
    });
  }

  /** Sends a frame; with a fresh id unless it has one. @returns the id */
  send(frame: Record<string, unknown>): string {
    const id = typeof frame['id'] === 'string' ? frame['id'] : randomUUID();
    if (typeof frame['type'] === 'string') this.sent.set(id, frame['type']);
    this.ws.send(JSON.stringify({ id, ...frame }));
    return id;
  }

  /** Sends a frame and waits for its `ok` or `error`. */
  async ask(frame: Record<string, unknown>): Promise<AnyFrame> {
    const id = this.send(frame);
    return this.until((one) => (one.type === 'ok' || one.type === 'error') && one.re === id, `the answer to ${String(frame['type'])}`);
  }

  /** The first frame, come or coming, that matches. */
  async until(matches: (frame: AnyFrame) => boolean, what = 'a frame'): Promise<AnyFrame> {
    return this.wait(() => this.frames.find(matches), what);
  }

  /** Resolves when the server has closed. */
  async untilClosed(): Promise<{ code: number; reason: string }> {
    return this.wait(() => this.closed, 'the close');
  }

  /** Events of a department, in the order they came. */
  events(dept: string): AnyFrame[] {
    return this.frames.filter((frame) => frame.dept === dept && typeof frame.seq === 'number' && frame.type !== 'snapshot');
  }

  close(): void {
    this.ws.close();
  }

  private wait<T>(find: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(look);
        reject(new Error(`${what} did not come within ${String(PATIENCE_MS)} ms; got ${JSON.stringify(this.frames.map((f) => f.type))}`));
      }, PATIENCE_MS);
      const look = () => {
        const found = this.fault ? undefined : find();
        if (!this.fault && found === undefined) return;
        clearTimeout(timer);
        this.waiters.delete(look);
        if (this.fault) reject(this.fault);
        else resolve(found as T);
      };
      this.waiters.add(look);
      look();
    });
  }
}
