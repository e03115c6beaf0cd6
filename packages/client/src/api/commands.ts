import { retryMs } from '../connection/backoff.js';
import { clientError, closedError, type ErrorBody, WardlineError } from '../errors.js';
import type { CallRoute, Route } from './routes.js';
import type { Link } from '../transports/transport.js';

/** Commands that wait for an answer at one time. */
const MAX_WAITING = 100;
/** The server answers within 10 s. Later, the command is sent again with the same key. */
const ANSWER_MS = 12_000;
const MAX_TIMER_MS = 2 ** 31 - 1;
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
  /** The person who gave it: nobody else sends it. Undefined until the server has said whose the session is. */
  readonly user?: string | undefined;
}

/** Keeps commands where a closed tab does not lose them. */
export interface CommandQueue {
  add(command: QueuedCommand): void;
  remove(key: string): void;
  /** Gives `take` the commands of tabs that are gone; one tab alone takes each. */
  replay(take: (command: QueuedCommand) => Promise<unknown>): void;
  /** The tab ends; what is left is for the next one. */
  close(): void;
}

export interface CommandOptions {
  /** Not sent any more when it is older, in milliseconds; it fails with `EXPIRED`. */
  maxAgeMs?: number | undefined;
  /** The idempotency key, a UUID; made when absent. */
  key?: string | undefined;
}

interface Waiting extends QueuedCommand {
  sentOver?: Link | 'http' | undefined;
  attempt: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
  expiry?: ReturnType<typeof setTimeout> | undefined;
  resolve(data: unknown): void;
  reject(error: WardlineError): void;
}

export interface CommandHost {
  /** The link in use, once it said hello. */
  link(): Link | undefined;
  /** Commands wait for a link, because departments are followed. */
  isLinkWanted(): boolean;
  readonly http: CallRoute;
  /** Asks whose session it is; the answer comes to `identify`. */
  refresh(): Promise<unknown>;
}

/** Commands with a key each: sent again until answered, over whatever transport there is, and settled once. */
export class Commands {
  readonly #all = new Map<string, Waiting>();
  #closed = false;
  #user: string | undefined;

  readonly #host: CommandHost;
  readonly #queue: CommandQueue | undefined;

  constructor(host: CommandHost, queue: CommandQueue | undefined) {
    this.#host = host;
    this.#queue = queue;
  }

  /** @throws WardlineError: the server's refusal, or `EXPIRED`, `QUEUE_FULL`, `CLOSED` */
  readonly execute = (type: string, data: Readonly<Record<string, unknown>>, options: CommandOptions = {}): Promise<unknown> => {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#all.size >= MAX_WAITING) return Promise.reject(clientError('QUEUE_FULL', 'full', true));
    const command: QueuedCommand = {
      key: options.key ?? crypto.randomUUID(),
      type,
      data,
      at: Date.now(),
      maxAgeMs: options.maxAgeMs ?? MAX_AGE_MS[type] ?? DEFAULT_MAX_AGE_MS,
    };
    this.#queue?.add({ ...command, user: this.#user });
    return this.#take(command);
  };

  /** Takes up the commands that this person's other pages left. */
  replay(): void {
    this.#queue?.replay(async (command) => {
      if (this.#user === undefined) await this.#host.refresh();
      if (this.#user === command.user && this.#user !== undefined) await this.#take(command);
    });
  }

  /** The session is this person's, or nobody's any more. Commands of somebody else are not sent in another name. */
  identify(user: string | undefined): void {
    if (user === this.#user) return;
    for (const command of this.#all.values()) {
      const { key, type, data, at, maxAgeMs } = command;
      if (this.#user === undefined) this.#queue?.add({ key, type, data, at, maxAgeMs, user });
      else this.#settle(command, 'reject', clientError('SIGNED_OUT', 'signed out', false));
    }
    this.#user = user;
    if (user !== undefined) this.replay();
  }

  /** Sends what is not sent over this link, in order. */
  readonly pump = (): void => {
    for (const command of this.#all.values()) this.#send(command);
  };

  readonly answer = (id: string, result: { data: unknown } | { error: ErrorBody }): void => {
    const command = this.#all.get(id);
    if (!command) return;
    if ('data' in result) this.#settle(command, 'resolve', result.data);
    else this.#failed(command, new WardlineError(result.error));
  };

  /** The link is gone: what it carried is sent again over the next one. */
  lost(): void {
    for (const command of this.#all.values()) if (command.sentOver !== 'http') this.#unsent(command);
  }

  close(): void {
    this.#closed = true;
    for (const command of this.#all.values()) this.#settle(command, 'reject', closedError(), true);
    this.#queue?.close();
  }

  #take(command: QueuedCommand): Promise<unknown> {
    if (this.#all.has(command.key)) return Promise.resolve(); // given again: it has its promise
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { ...command, resolve, reject, attempt: 0 };
      this.#all.set(command.key, waiting);
      waiting.expiry = setTimeout(
        () => {
          this.#expire(waiting);
        },
        Math.min(command.at + command.maxAgeMs - Date.now(), MAX_TIMER_MS),
      );
      this.#send(waiting);
    });
  }

  #send(command: Waiting): void {
    if (command.sentOver !== undefined || command.timer !== undefined || !this.#all.has(command.key)) return;
    if (Date.now() - command.at >= command.maxAgeMs) {
      this.#expire(command);
      return;
    }
    const link = this.#host.link();
    if (link?.send) {
      command.sentOver = link;
      link.send(command.key, command.type, command.data);
      command.timer = setTimeout(() => {
        this.#unsent(command);
        this.#send(command);
      }, ANSWER_MS);
    } else if (link || !this.#host.isLinkWanted()) void this.#sendOverHttp(command);
  }

  async #sendOverHttp(command: Waiting): Promise<void> {
    command.sentOver = 'http';
    try {
      const data = await this.#host.http(routeOf(command.type), command.data, { key: command.key });
      this.#settle(command, 'resolve', data);
    } catch (error) {
      this.#failed(command, error as WardlineError);
    }
  }

  /** A refusal that may pass is tried again with the same key; every other one is the answer. */
  #failed(command: Waiting, error: WardlineError): void {
    if (!this.#all.has(command.key)) return;
    if (!error.retryable) {
      this.#settle(command, 'reject', error);
      return;
    }
    this.#unsent(command);
    command.timer = setTimeout(
      () => {
        command.timer = undefined;
        this.#send(command);
      },
      retryMs(command.attempt++, error.retryAfter),
    );
  }

  #expire(command: Waiting): void {
    this.#settle(command, 'reject', clientError('EXPIRED', 'too old', false));
  }

  #unsent(command: Waiting): void {
    command.sentOver = undefined;
    clearTimeout(command.timer);
    command.timer = undefined;
  }

  #settle(command: Waiting, how: 'resolve' | 'reject', value: unknown, keepQueued = false): void {
    if (!this.#all.delete(command.key)) return;
    clearTimeout(command.timer);
    clearTimeout(command.expiry);
    if (!keepQueued) this.#queue?.remove(command.key);
    command[how](value as WardlineError);
  }
}

/** The same command as a route of HTTP. */
function routeOf(type: string): Route {
  const [subject, verb = ''] = type.split('.');
  const shifts = '/departments/{dept}/shifts';
  if (subject === 'call') return (verb === 'raise' ? 'POST /calls' : `POST /calls/{call_id}/${verb}`) as Route;
  return (verb === 'start' ? `POST ${shifts}` : verb === 'end' ? `DELETE ${shifts}/mine` : `POST ${shifts}/mine/${verb}`) as Route;
}
