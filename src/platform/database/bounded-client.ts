import pg from 'pg';
import type { StatementBatch } from './statement-batch.js';

/** So much longer than the server's own limit we wait for an answer. */
const PATIENCE_MS = 500;
/** The limit of a connection that asks for no limit of the server's. */
const DEFAULT_LIMIT_MS = 3000;
/** Until a server has let us in. */
const CONNECT_MS = 2000;
/** Until a connection that is closed in order is cut. */
const END_MS = 1000;
/** A server that takes no writes is left after this long: the next connection may reach another one. */
const READ_ONLY_MS = 1000;
const SWEEP_MS = 250;
/** A borrower that sends nothing gives the connection back within this time. */
const LENT_MS = 30_000;
/** Answers after which a connection is of no use: a server that is read-only, is shutting down, or has lost us. */
const FATAL_ANSWER = /^(25006|57P0\w|08\w{3})$/;

/** The parts of the driver's connection that its types leave out. */
interface Wire {
  readonly stream: { destroy(error?: Error): void };
  on(event: 'readyForQuery' | 'end', listener: () => void): void;
  on(event: 'commandComplete', listener: (message: { text?: string }) => void): void;
  on(event: 'errorMessage', listener: (message: { code?: string }) => void): void;
  on(event: 'parameterStatus', listener: (message: { parameterName: string; parameterValue: string }) => void): void;
}

function ticks(ms: number): number {
  return Math.ceil(ms / SWEEP_MS);
}

/** The server did not answer within its own limit and ours. The outcome of the statement is unknown. */
export class ServerSilent extends Error {
  override readonly name = 'ServerSilent';
  readonly code = 'ETIMEDOUT';
  constructor() {
    super('the database did not answer in time');
  }
}

/** The borrower did not give the connection back. */
class NotGivenBack extends Error {
  override readonly name = 'NotGivenBack';
  readonly code = 'ECONNABORTED';
  constructor() {
    super('the connection was not given back in time');
  }
}

/** A connection that nobody uses was left, because its server takes no writes. */
export class ConnectionRetired extends Error {
  override readonly name = 'ConnectionRetired';
  readonly code = 'ECONNABORTED';
  constructor() {
    super('the database takes no writes: the connection was given up');
  }
}

/** Connections that are open, and the one timer that looks at them. */
const open = new Set<BoundedClient>();
let timer: NodeJS.Timeout | undefined;
/**
 * Counts the looks. Time is measured in them: a process that was held up looks once, reads what has arrived meanwhile, and blames no server.
 */
let now = 0;

function watch(client: BoundedClient): void {
  open.add(client);
  timer ??= setInterval(sweep, SWEEP_MS).unref();
}

function unwatch(client: BoundedClient): void {
  open.delete(client);
  if (open.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

function sweep(): void {
  now++;
  for (const client of open) client.inspect();
}

/**
 * A connection on which no wait is without an end. One that stays silent for longer than the server's own limit is destroyed, and with it every
 * connection to the same server that has been silent for as long; so is one that answered that it can be of no more use.
 */
export class BoundedClient extends pg.Client {
  /** Nothing goes over it any more. */
  isDestroyed = false;
  /** Its borrower may end what is begun; it is destroyed when it is given back. */
  isRetired = false;
  /** A pool has lent it: it is in the hands of a caller. */
  isLent = false;
  /** Transactions that began or were committed on this connection: one more of it than expected was made by hand. */
  transactionMarks = 0;
  private returnBy = Number.POSITIVE_INFINITY;
  private takeFromBorrower: (error: Error) => void = () => undefined;
  private readonly endpoint: string;
  private limit: number;
  private readonly bornAt = now;
  private answers = 0;
  private heardAt = now;
  private answersSeen = 0;
  private waitingSince: number | undefined;
  /** Statements that are answered together: the server's limit is that of each. */
  private asked = 1;
  private endingSince: number | undefined;
  private readonly readOnly = new Map<string, boolean>();
  /** The driver's: false while it waits for the answer to a statement. */
  declare private readonly readyForQuery?: boolean;

  constructor(config: pg.ClientConfig) {
    super({ connectionTimeoutMillis: CONNECT_MS, ...config });
    const serverLimit = config.statement_timeout;
    this.limit = ticks((typeof serverLimit === 'number' && serverLimit > 0 ? serverLimit : DEFAULT_LIMIT_MS) + PATIENCE_MS);
    this.endpoint = `${this.host}:${String(this.port)}/${this.database ?? ''}`;
    // A connection that is lost between two statements fails the next one. Unheard, its error would end the process.
    this.on('error', () => undefined);
    this.on('connect', () => {
      this.heardAt = now;
      watch(this);
    });
    this.on('end', () => {
      this.isDestroyed = true;
      unwatch(this);
    });
    const { wire } = this;
    wire.on('readyForQuery', () => {
      this.answers++;
      this.heardAt = now;
      this.asked = 1;
    });
    wire.on('commandComplete', ({ text }) => {
      if (text === 'BEGIN' || text === 'COMMIT' || text === 'START TRANSACTION') this.transactionMarks++;
    });
    wire.on('errorMessage', ({ code = '' }) => {
      if (FATAL_ANSWER.test(code)) this.refused(code);
    });
    wire.on('parameterStatus', ({ parameterName, parameterValue }) => {
      if (parameterName === 'in_hot_standby' || parameterName === 'default_transaction_read_only')
        this.readOnly.set(parameterName, parameterValue === 'on');
    });
  }

  /** A statement that has a limit of its own: so long the server takes at most. */
  async limitStatements(serverMs: number): Promise<void> {
    await this.query(`SET statement_timeout = ${String(Math.round(serverMs))}`);
    this.limit = ticks(serverMs + PATIENCE_MS);
  }

  /**
   * @param endsAt the deadline of the extension that borrows it, as `performance.now()` counts
   * @param takeBack called at the deadline, or after half a minute, where the borrower neither uses it nor gives it back
   */
  lend(endsAt: number | undefined, takeBack: (error: Error) => void): void {
    this.isLent = true;
    this.takeFromBorrower = takeBack;
    const leftMs = endsAt === undefined ? LENT_MS : Math.min(LENT_MS, Math.max(0, endsAt - performance.now()));
    this.returnBy = now + ticks(leftMs);
  }

  takeBack(): void {
    this.isLent = false;
    this.returnBy = Number.POSITIVE_INFINITY;
  }

  /** It has what becomes of its statements. */
  sendBatch(batch: StatementBatch): void {
    this.asked = batch.size;
    this.query(batch);
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    this.endingSince ??= now;
    if (!callback) return super.end();
    super.end(callback);
  }

  /** Cuts the connection: nothing more is sent, and every waiting statement fails. */
  destroy(error: Error): void {
    this.isDestroyed = true;
    this.wire.stream.destroy(error);
  }

  /** @internal one look */
  inspect(): void {
    if (this.endingSince !== undefined && now - this.endingSince > ticks(END_MS)) this.wire.stream.destroy();
    if (this.isDestroyed) return;
    const isReadOnly = [...this.readOnly.values()].includes(true);
    if (isReadOnly && now - this.bornAt > ticks(READ_ONLY_MS)) this.retire();
    if (this.readyForQuery !== false && now > this.returnBy) this.takeFromBorrower(new NotGivenBack());
    if (this.readyForQuery !== false) this.waitingSince = undefined;
    else if (this.waitingSince === undefined || this.answers !== this.answersSeen) {
      this.waitingSince = now;
      this.answersSeen = this.answers;
    } else if (now - this.waitingSince >= this.limit * this.asked) this.silent(this.waitingSince);
  }

  private get wire(): Wire {
    return (this as unknown as { readonly connection: Wire }).connection;
  }

  /** The whole server may be gone: a connection to it that has been heard since then is the only one to be trusted. */
  private silent(since: number): void {
    const error = new ServerSilent();
    for (const other of this.siblings()) if (other.heardAt < since) other.destroy(error);
    this.destroy(error);
  }

  private refused(code: string): void {
    this.isDestroyed = true;
    // The answer itself is still handed to whoever waits for it.
    this.wire.stream.destroy();
    if (code !== '25006') return;
    for (const other of this.siblings()) if (now - other.bornAt > ticks(READ_ONLY_MS)) other.retire();
  }

  /** A connection in use is destroyed when it is given back. */
  private retire(): void {
    if (this.isLent) this.isRetired = true;
    else this.destroy(new ConnectionRetired());
  }

  private *siblings(): Iterable<BoundedClient> {
    for (const other of open) if (other !== this && other.endpoint === this.endpoint && !other.isDestroyed) yield other;
  }
}

/** A connection of its own, outside of any pool; the caller ends it. */
export async function openConnection(config: pg.ClientConfig): Promise<BoundedClient> {
  const client = new BoundedClient(config);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.destroy(new Error('connection ended'));
    throw error;
  }
}
