import { backoffMs } from './backoff.js';
import { clientError, type ErrorBody, WardlineError } from './errors.js';
import type { Method } from './http.js';
import type { Link } from './transports/transport.js';

/** Commands that wait for an answer at one time. */
const MAX_WAITING = 100;
/** The server answers within 10 s. Later, the command is sent again with the same key. */
const ANSWER_MS = 12_000;
const DEFAULT_MAX_AGE_MS = 600_000;
/** An accept says «I am coming» about this minute. Later it may be wrong. */
const MAX_AGE_MS: Readonly<Record<string, number>> = { 'call.accept': 60_000, 'call.decline': 60_000, 'call.arrive': 300_000 };

/** A command that is not answered yet. `key` makes it one command however often it is sent. */
export interface QueuedCommand {
  readonly key: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly maxAgeMs: number;
}

/** Keeps commands where a closed tab does not lose them. */
export interface CommandQueue {
  load(): Promise<readonly QueuedCommand[]>;
  add(command: QueuedCommand): void;
  remove(key: string): void;
  /** Runs `replay` in one tab only. */
  exclusively(replay: () => Promise<void>): Promise<void>;
}

export interface CommandOptions {
  /** Not sent any more when it is older, in milliseconds; it fails with `EXPIRED`. */
  maxAgeMs?: number;
  /** The idempotency key, a UUID; made when absent. */
  key?: string;
}

interface Waiting extends QueuedCommand {
  sentOver: Link | 'http' | undefined;
  attempt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  expiry: ReturnType<typeof setTimeout> | undefined;
  resolve(data: unknown): void;
  reject(error: WardlineError): void;
}

export interface CommandHost {
  /** The link in use, once it said hello. */
  link(): Link | undefined;
  /** Commands wait for a link, because departments are followed. */
  isLinkWanted(): boolean;
  http(method: Method, path: string, body: unknown, key: string): Promise<unknown>;
  /** There are commands, or none any more. */
  waiting(count: number): void;
}

/** Commands with a key each: sent again until answered, over whatever transport there is, and settled once. */
export class Commands {
  private readonly all = new Map<string, Waiting>();
  private closed = false;

  constructor(
    private readonly host: CommandHost,
    private readonly queue: CommandQueue | undefined,
  ) {}

  /** @throws WardlineError: the server's refusal, or `EXPIRED`, `QUEUE_FULL`, `CLOSED` */
  execute(type: string, data: Readonly<Record<string, unknown>>, options: CommandOptions = {}): Promise<unknown> {
    if (this.closed) return Promise.reject(clientError('CLOSED', 'the client is closed', false));
    if (this.all.size >= MAX_WAITING) return Promise.reject(clientError('QUEUE_FULL', 'too many commands wait for an answer', true));
    const command: QueuedCommand = {
      key: options.key ?? crypto.randomUUID(),
      type,
      data,
      at: Date.now(),
      maxAgeMs: options.maxAgeMs ?? MAX_AGE_MS[type] ?? DEFAULT_MAX_AGE_MS,
    };
    this.queue?.add(command);
    return this.take(command);
  }

  /** Takes up the commands that an earlier page left. */
  async replay(): Promise<void> {
    const { queue } = this;
    if (!queue) return;
    await queue.exclusively(async () => {
      const settled = (await queue.load())
        .filter(({ key }) => !this.all.has(key))
        .map((command) => this.take(command).catch(() => undefined)); // nobody of this page waits for it
      await Promise.all(settled);
    });
  }

  /** Sends what is not sent over this link, in order. */
  readonly pump = (): void => {
    for (const command of [...this.all.values()]) this.send(command);
  };

  answer(id: string, result: { data: unknown } | { error: ErrorBody }): void {
    const command = this.all.get(id);
    if (!command) return;
    if ('data' in result)
      this.settle(command, () => {
        command.resolve(result.data);
      });
    else this.failed(command, new WardlineError(result.error));
  }

  /** The link is gone: what it carried is sent again over the next one. */
  lost(): void {
    for (const command of this.all.values()) if (command.sentOver !== 'http') this.unsent(command);
  }

  /** @param keepQueue commands of a closed tab stay for the next one */
  close(keepQueue: boolean): void {
    this.closed = true;
    for (const command of [...this.all.values()]) {
      this.settle(
        command,
        () => {
          command.reject(clientError('CLOSED', 'the client is closed', false));
        },
        keepQueue,
      );
    }
  }

  private take(command: QueuedCommand): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { ...command, resolve, reject, sentOver: undefined, attempt: 0, timer: undefined, expiry: undefined };
      this.all.set(command.key, waiting);
      waiting.expiry = setTimeout(
        () => {
          this.expire(waiting);
        },
        Math.max(0, command.at + command.maxAgeMs - Date.now()),
      );
      this.host.waiting(this.all.size);
      this.send(waiting);
    });
  }

  private send(command: Waiting): void {
    if (command.sentOver !== undefined || command.timer !== undefined || !this.all.has(command.key)) return;
    if (Date.now() - command.at >= command.maxAgeMs) {
      this.expire(command);
      return;
    }
    const link = this.host.link();
    if (link?.send) {
      command.sentOver = link;
      link.send(command.key, command.type, command.data);
      command.timer = setTimeout(() => {
        this.unsent(command);
        this.send(command);
      }, ANSWER_MS);
    } else if (link || !this.host.isLinkWanted()) void this.sendOverHttp(command);
  }

  private async sendOverHttp(command: Waiting): Promise<void> {
    command.sentOver = 'http';
    try {
      const { method, path, body } = httpCommand(command.type, command.data);
      const data = await this.host.http(method, path, body, command.key);
      this.settle(command, () => {
        command.resolve(data);
      });
    } catch (error) {
      this.failed(command, error instanceof WardlineError ? error : clientError('NETWORK', 'the server was not reached', true, error));
    }
  }

  /** A refusal that may pass is tried again with the same key; every other one is the answer. */
  private failed(command: Waiting, error: WardlineError): void {
    if (!this.all.has(command.key)) return;
    if (!error.retryable) {
      this.settle(command, () => {
        command.reject(error);
      });
      return;
    }
    this.unsent(command);
    const wait = error.retryAfter === undefined ? backoffMs(command.attempt) : error.retryAfter * 1000;
    command.attempt += 1;
    command.timer = setTimeout(() => {
      command.timer = undefined;
      this.send(command);
    }, wait);
  }

  private expire(command: Waiting): void {
    if (!this.all.has(command.key)) return;
    this.settle(command, () => {
      command.reject(clientError('EXPIRED', `${command.type} was not answered in time, and is not sent any more`, false));
    });
  }

  private unsent(command: Waiting): void {
    command.sentOver = undefined;
    clearTimeout(command.timer);
    command.timer = undefined;
  }

  private settle(command: Waiting, act: () => void, keepQueued = false): void {
    if (!this.all.delete(command.key)) return;
    clearTimeout(command.timer);
    clearTimeout(command.expiry);
    if (!keepQueued) this.queue?.remove(command.key);
    act();
    this.host.waiting(this.all.size);
  }
}

/** The same command over HTTP. */
function httpCommand(type: string, data: Readonly<Record<string, unknown>>): { method: Method; path: string; body: unknown } {
  const { call_id, dept, ...body } = data as { call_id?: string; dept?: string };
  const [subject, verb = ''] = type.split('.');
  if (subject === 'call') {
    return { method: 'POST', path: verb === 'raise' ? '/calls' : `/calls/${encodeURIComponent(call_id ?? '')}/${verb}`, body };
  }
  const shifts = `/departments/${encodeURIComponent(dept ?? '')}/shifts`;
  if (verb === 'start') return { method: 'POST', path: shifts, body: undefined };
  if (verb === 'end') return { method: 'DELETE', path: `${shifts}/mine${'confirm' in body ? '?confirm=true' : ''}`, body: undefined };
  return { method: 'POST', path: `${shifts}/mine/${verb}`, body };
}
