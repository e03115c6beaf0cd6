import { ErrorReply } from '@redis/client';
import type { Logger } from '../../platform/logging/logger.js';
import { within } from '../../platform/common/within.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import { newRedisClient, type RedisClient } from './redis-client.js';
import type { Script } from './script.js';
import { SCRIPTS } from './scripts.js';

/** Redis answers within this, or it is away. */
const COMMAND_TIMEOUT_MS = 500;
/** Once away it must answer faster than that to be back: a Redis at the limit does not flap. */
const RETURN_WITHIN_MS = 250;
const PROBE_INTERVAL_MS = 1000;
/** How long the start waits for a Redis that does not answer. */
const START_PATIENCE_MS = 2000;
/** Replies that say: not now, not here. Full, read-only after a fail-over, loading, a script that hangs, no rights. */
const AWAY_REPLY = /^-?(OOM|READONLY|LOADING|MISCONF|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOREPLICAS|NOAUTH|NOPERM|WRONGPASS)\b/;

type Listener = (isUp: boolean) => void;

/**
 * The two connections to Redis, one for commands and one that listens. This class alone decides if Redis can be used: both
 * connections are open, and a small write succeeded within about the last second. While it cannot, every call is refused at
 * once.
 */
export class RedisLink {
  private readonly subscriber: RedisClient;
  private readonly commands: RedisClient;
  private readonly listeners: Listener[] = [];
  private up = false;
  private stopped = false;
  private probing: Promise<void> | undefined;
  /** Replies that the last probe still waits for, although its time is up. Nothing more is sent to a Redis that hangs: its silence ends the connection. */
  private overdue: Promise<unknown> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    url: string,
    private readonly prefix: string,
    private readonly logger: Logger,
  ) {
    this.commands = newRedisClient(url, 'wardline');
    this.subscriber = newRedisClient(url, 'wardline-bus');
    for (const client of [this.commands, this.subscriber]) {
      client.on('error', (error: unknown) => {
        this.down('connection', error);
      });
      client.on('ready', () => {
        this.probe();
      });
    }
  }

  get isUp(): boolean {
    return this.up;
  }

  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Resolves when Redis can be used, or has not been for two seconds. Never rejects. */
  async start(): Promise<void> {
    for (const client of [this.commands, this.subscriber]) {
      // The client tries until it is destroyed, and reports its errors by event.
      client.connect().catch(() => undefined);
    }
    this.timer = setInterval(() => {
      this.probe();
    }, PROBE_INTERVAL_MS);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, START_PATIENCE_MS);
      this.onChange(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    if (!this.up) this.logger.warn('redis.away', { at: 'start' });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.up = false;
    clearInterval(this.timer);
    await this.probing;
    for (const client of [this.commands, this.subscriber]) client.destroy();
  }

  /** Sent at once, in the order of the calls. @throws BackplaneAway */
  async run(name: string, ...args: string[]): Promise<unknown> {
    if (!this.up) throw new BackplaneAway('Redis is away');
    return this.send([name, ...args]);
  }

  /** @throws BackplaneAway */
  async script(script: Script, ...args: (string | number)[]): Promise<unknown> {
    if (!this.up) throw new BackplaneAway('Redis is away');
    const rest = ['1', this.prefix, ...args.map(String)];
    try {
      return await this.send(['EVALSHA', script.sha, ...rest]);
    } catch (error) {
      if (!(error instanceof ErrorReply) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.send(['EVAL', script.text, ...rest]);
    }
  }

  /** A look that no call depends on: its failure says nothing of the link. @throws Error */
  async look(...args: string[]): Promise<unknown> {
    if (!this.up) throw new BackplaneAway('Redis is away');
    return within(this.commands.sendCommand(args), COMMAND_TIMEOUT_MS);
  }

  /** Runs first when Redis is back, before any other call; a failure means that Redis is still away. */
  beforeUp: () => Promise<unknown> = () => Promise.resolve();

  /** Known to the client from then on, which subscribes again whenever it has lost the connection. @throws BackplaneAway */
  async subscribe(channels: string[], listener: (text: string, channel: string) => void): Promise<void> {
    await this.listening(this.subscriber.subscribe(channels, listener));
  }

  async unsubscribe(channels: string[]): Promise<void> {
    await this.listening(this.subscriber.unsubscribe(channels));
  }

  /** Channels that the client knows of. */
  get channels(): string[] {
    return [...this.subscriber.getPubSubListeners('CHANNELS').keys()];
  }

  private async listening(change: Promise<void>): Promise<void> {
    try {
      await within(change, COMMAND_TIMEOUT_MS);
    } catch (error) {
      this.down('subscription', error);
      throw new BackplaneAway('Redis does not answer', { cause: error });
    }
  }

  private async send(args: string[]): Promise<unknown> {
    try {
      return await within(this.commands.sendCommand(args), COMMAND_TIMEOUT_MS);
    } catch (error) {
      if (error instanceof ErrorReply && !AWAY_REPLY.test(error.message)) throw error;
      this.down('command', error);
      throw new BackplaneAway('Redis does not answer', { cause: error });
    }
  }

  /** One at a time. Never rejects. */
  private probe(): void {
    if (this.stopped || this.probing || this.overdue || !this.commands.isReady || !this.subscriber.isReady) return;
    this.probing = this.ask()
      .catch((error: unknown) => {
        this.down('probe', error);
      })
      .finally(() => (this.probing = undefined));
  }

  /** A write, because a Redis that is full or read-only answers a ping. Scripts are loaded before anything runs: their order must hold. */
  private async ask(): Promise<void> {
    const limit = this.up ? COMMAND_TIMEOUT_MS : RETURN_WITHIN_MS;
    const asked = [
      this.commands.sendCommand(['SET', `${this.prefix}probe`, '1', 'PX', String(PROBE_INTERVAL_MS * 10)]),
      this.subscriber.sendCommand(['PING']),
    ];
    this.overdue = Promise.allSettled(asked).finally(() => (this.overdue = undefined));
    await within(Promise.all(asked), limit);
    if (this.up) return;
    await within(
      Promise.all(Object.values(SCRIPTS).map(({ text }) => this.commands.sendCommand(['SCRIPT', 'LOAD', text]))),
      COMMAND_TIMEOUT_MS,
    );
    await this.beforeUp();
    if (this.stopped || !this.commands.isReady || !this.subscriber.isReady) return;
    this.up = true;
    this.logger.info('redis.up');
    for (const listener of this.listeners) listener(true);
  }

  private down(at: string, error: unknown): void {
    if (!this.up || this.stopped) return;
    this.up = false;
    this.logger.warn('redis.away', { at, error });
    for (const listener of this.listeners) listener(false);
  }
}
