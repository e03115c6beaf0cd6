import type { Logger } from '../../logging/logger.js';
import { BoundedClient } from '../bounded-client.js';
import { connectionOptions } from '../connection-options.js';

/** The longest that a server takes for a ping. */
const PING_LIMIT_MS = 1000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1000;

export interface KeptConnectionOptions {
  readonly url: string;
  /** As PostgreSQL shows it: `wardline-<name>`. */
  readonly name: string;
  readonly logger: Logger;
  /** Makes a connection that is new what it is kept for. Rejects when it could not be. */
  readonly prepare: (client: BoundedClient) => Promise<void>;
  /** A statement that costs the server nothing. */
  readonly ping: () => string;
  readonly pingMs: number;
}

/**
 * One connection that is kept for the state of its session: a lock, a LISTEN. A ping checks that it still reaches its server,
 * because nothing else is sent on it. A lost connection is replaced.
 */
export class KeptConnection {
  private client: BoundedClient | undefined;
  /** Not prepared yet. */
  private candidate: BoundedClient | undefined;
  private connecting: Promise<void> | undefined;
  private pinging: Promise<void> | undefined;
  private pingTimer: NodeJS.Timeout | undefined;
  private retryTimer: NodeJS.Timeout | undefined;
  private failures = 0;
  private isClosed = false;

  constructor(private readonly options: KeptConnectionOptions) {}

  get isUp(): boolean {
    return this.client !== undefined;
  }

  /** The first attempt. From then on it is kept, whether this one succeeds or not. @throws Error when it does not */
  async open(): Promise<void> {
    this.pingTimer = setInterval(() => {
      this.pinging ??= this.ping().finally(() => (this.pinging = undefined));
    }, this.options.pingMs);
    this.connecting = this.connect();
    try {
      await this.connecting;
    } catch (error) {
      this.retryLater();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.pingTimer);
    clearTimeout(this.retryTimer);
    this.candidate?.destroy(new Error('closed before it was connected'));
    await this.connecting?.catch(() => undefined); // its failure is no news: nobody wants it any more
    await this.client?.end();
  }

  private async connect(): Promise<void> {
    const client = new BoundedClient(connectionOptions(this.options.url, this.options.name));
    this.candidate = client;
    client.on('end', () => {
      if (this.client !== client) return;
      this.client = undefined;
      this.retryLater();
    });
    try {
      await client.connect();
      await client.limitStatements(PING_LIMIT_MS);
      await this.options.prepare(client);
    } catch (error) {
      client.destroy(error instanceof Error ? error : new Error('not connected'));
      throw error;
    } finally {
      this.candidate = undefined;
    }
    this.client = client;
    this.failures = 0;
  }

  /** At once after a loss, then at longer intervals: a new server is found soon, and one that is down is not hammered. */
  private retryLater(): void {
    if (this.isClosed) return;
    const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures) * (0.5 + Math.random() / 2);
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => {
      this.connecting = this.connect().catch((error: unknown) => {
        if (this.failures++ === 0) this.options.logger.warn('database.connection_failed', { connection: this.options.name, error });
        this.retryLater();
      });
    }, delayMs);
  }

  /** An answer is all that counts, also one that says no. A lost connection is noticed by its end. */
  private async ping(): Promise<void> {
    try {
      await this.client?.query(this.options.ping());
    } catch (error) {
      this.options.logger.debug('database.ping_failed', { connection: this.options.name, error });
    }
  }
}
