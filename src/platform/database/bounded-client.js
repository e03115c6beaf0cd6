import pg from 'pg';
/** So much longer than the server's own limit we wait for an answer. */
const PATIENCE_MS = 500;
/** Of a connection that asks for no limit of the server's. */
const DEFAULT_LIMIT_MS = 3000;
/** Until a server has let us in. */
const CONNECT_MS = 2000;
/** Until a connection that is closed in order is cut. */
const END_MS = 1000;
/** A server that takes no writes is left after this long: the next connection may reach another one. */
const READ_ONLY_MS = 1000;
const SWEEP_MS = 250;
/** Answers after which a connection is of no use: a server that is read-only, is shutting down, or has lost us. */
const FATAL_ANSWER = /^(25006|57P0\w|08\w{3})$/;
function ticks(ms) {
    return Math.ceil(ms / SWEEP_MS);
}
/** The server did not answer within its own limit and ours. What it did meanwhile is unknown. */
export class ServerSilent extends Error {
    name = 'ServerSilent';
    code = 'ETIMEDOUT';
    constructor() {
        super('the database did not answer in time');
    }
}
/** A connection that nobody uses was left, because its server takes no writes. */
export class ConnectionRetired extends Error {
    name = 'ConnectionRetired';
    code = 'ECONNABORTED';
    constructor() {
        super('the database takes no writes: the connection was given up');
    }
}
/** Connections that are open, and the one timer that looks at them. */
const open = new Set();
let timer;
/**
 * Counts the looks. Time is measured in them: a process that was held up looks once, reads what has arrived meanwhile, and blames no server.
 */
let now = 0;
function watch(client) {
    open.add(client);
    timer ??= setInterval(sweep, SWEEP_MS).unref();
}
function unwatch(client) {
    open.delete(client);
    if (open.size > 0)
        return;
    clearInterval(timer);
    timer = undefined;
}
function sweep() {
    now++;
    for (const client of open)
        client.inspect();
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
    endpoint;
    limit;
    bornAt = now;
    answers = 0;
    heardAt = now;
    answersSeen = 0;
    waitingSince;
    endingSince;
    readOnly = new Map();
    constructor(config) {
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
        });
        wire.on('errorMessage', ({ code = '' }) => {
            if (FATAL_ANSWER.test(code))
                this.refused(code);
        });
        wire.on('parameterStatus', ({ parameterName, parameterValue }) => {
            if (parameterName === 'in_hot_standby' || parameterName === 'default_transaction_read_only')
                this.readOnly.set(parameterName, parameterValue === 'on');
        });
    }
    /** A statement that has a limit of its own: so long the server takes at most. */
    async limitStatements(serverMs) {
        await this.query(`SET statement_timeout = ${String(Math.round(serverMs))}`);
        this.limit = ticks(serverMs + PATIENCE_MS);
    }
    end(callback) {
        this.endingSince ??= now;
        if (!callback)
            return super.end();
        super.end(callback);
    }
    /** Cuts the connection: nothing is sent any more, and whoever waits is told. */
    destroy(error) {
        this.isDestroyed = true;
        this.wire.stream.destroy(error);
    }
    /** @internal one look */
    inspect() {
        if (this.endingSince !== undefined && now - this.endingSince > ticks(END_MS))
            this.wire.stream.destroy();
        if (this.isDestroyed)
            return;
        const isReadOnly = [...this.readOnly.values()].includes(true);
        if (isReadOnly && now - this.bornAt > ticks(READ_ONLY_MS))
            this.retire();
        if (this.readyForQuery !== false)
            this.waitingSince = undefined;
        else if (this.waitingSince === undefined || this.answers !== this.answersSeen) {
            this.waitingSince = now;
            this.answersSeen = this.answers;
        }
        else if (now - this.waitingSince >= this.limit)
            this.silent(this.waitingSince);
    }
    get wire() {
        return this.connection;
    }
    /** The whole server may be gone: a connection to it that has been heard since then is the only one to be trusted. */
    silent(since) {
        const error = new ServerSilent();
        for (const other of this.siblings())
            if (other.heardAt < since)
                other.destroy(error);
        this.destroy(error);
    }
    refused(code) {
        this.isDestroyed = true;
        // The answer itself is still handed to whoever waits for it.
        this.wire.stream.destroy();
        if (code !== '25006')
            return;
        for (const other of this.siblings())
            if (now - other.bornAt > ticks(READ_ONLY_MS))
                other.retire();
    }
    /** What is in somebody's hands is destroyed when it is given back. */
    retire() {
        if (this.isLent)
            this.isRetired = true;
        else
            this.destroy(new ConnectionRetired());
    }
    *siblings() {
        for (const other of open)
            if (other !== this && other.endpoint === this.endpoint && !other.isDestroyed)
                yield other;
    }
}
/** A connection of its own, outside of any pool; the caller ends it. */
export async function openConnection(config) {
    const client = new BoundedClient(config);
    try {
        await client.connect();
        return client;
    }
    catch (error) {
        client.destroy(new Error('connection ended'));
        throw error;
    }
}
