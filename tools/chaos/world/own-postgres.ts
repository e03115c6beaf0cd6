import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/platform/database/embedded/embedded-postgres.js';
import { grantToApplication } from '../../../src/platform/database/access/grants.js';
import { migrateUp } from '../../../src/platform/database/migrations/migrations.js';
import { type ChaosDatabase, endpointOf, openClient, queryOnce, throughProxy } from './database.js';
import type { SmallDisk } from './small-disk.js';
import { TcpProxy } from './tcp-proxy.js';

const RETRY_MS = 300;
/** Several nodes of up to 39 connections; little write-ahead log, so that it fits on a small disk and is soon used up. */
const SETTINGS = { max_connections: '300', max_wal_size: '64MB', min_wal_size: '32MB' };

/** The embedded PostgreSQL as a server that several nodes share, that can be killed, and whose disk can be full. */
export class OwnPostgres implements ChaosDatabase {
  version = 'unknown';
  /** How often it was not there any more without our having killed it: what a full disk does to it. */
  died = 0;
  private server: EmbeddedPostgres | undefined;
  private upkeep: Promise<void> | undefined;
  private readonly over = new AbortController();
  private end: () => void = () => undefined;
  private ended = Promise.resolve();
  private downUntil = 0;
  private isOurKill = false;
  private dropping: Promise<void> | undefined;

  private constructor(
    private readonly dataDir: string,
    readonly disk: SmallDisk | undefined,
    private urls: { owner: string; application: string; superuser: string },
    readonly proxy: TcpProxy,
  ) {}

  /** @param disk where its data go; undefined: the machine's own */
  static async start(disk?: SmallDisk): Promise<OwnPostgres> {
    const dataDir = disk?.folder ?? mkdtempSync(join(tmpdir(), 'wardline-chaos-'));
    const first = await startEmbeddedPostgres({ dataDir, log: () => undefined });
    for (const [name, value] of Object.entries(SETTINGS)) await queryOnce(first.superuserUrl, `ALTER SYSTEM SET ${name} = '${value}'`);
    await first.stop();
    const superuser = new URL(first.superuserUrl);
    superuser.pathname = '/wardline';
    const urls = { owner: first.ownerUrl, application: first.applicationUrl, superuser: superuser.href };
    const proxy = await TcpProxy.listen(() => endpointOf(urls.owner));
    const own = new OwnPostgres(dataDir, disk, urls, proxy);
    await own.launch();
    own.upkeep = own.keepUp();
    await migrateUp(urls.owner);
    await grantToApplication(urls.owner, urls.application);
    const [row] = await own.query<{ server_version: string }>('SHOW server_version');
    own.version = row?.server_version ?? 'unknown';
    return own;
  }

  get settings(): Readonly<Record<string, string>> {
    return {
      DATABASE_URL: throughProxy(this.urls.application, this.proxy),
      DATABASE_MIGRATION_URL: throughProxy(this.urls.owner, this.proxy),
    };
  }

  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]> {
    return queryOnce(this.urls.superuser, text, values);
  }

  connect(): Promise<pg.Client> {
    return openClient(this.urls.superuser);
  }

  /** kill -9 of the postmaster; it is started again after `downMs`. Resolves when it answers. @returns false when it was down already */
  async kill(downMs: number): Promise<boolean> {
    const pid = this.server?.pid;
    if (pid === undefined) return false;
    this.isOurKill = true;
    this.downUntil = performance.now() + downMs;
    process.kill(pid, 'SIGKILL');
    await this.ended;
    await this.untilUp();
    return true;
  }

  async untilUp(): Promise<void> {
    while (this.server === undefined && !this.over.signal.aborted) await sleep(20);
  }

  drop(): Promise<void> {
    return (this.dropping ??= this.remove());
  }

  private async remove(): Promise<void> {
    this.over.abort();
    this.end();
    await this.proxy.close();
    await this.upkeep;
    await this.server?.stop();
    let place = this.dataDir;
    try {
      // As root the data may lie elsewhere, behind a link.
      place = realpathSync(join(this.dataDir, 'postgres'));
    } catch {
      // It never got that far.
    }
    for (const folder of [place, this.dataDir]) rmSync(folder, { recursive: true, force: true });
    this.disk?.unmount();
  }

  private async launch(): Promise<void> {
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    const { end } = this;
    const server = await startEmbeddedPostgres({ dataDir: this.dataDir, log: () => undefined, onUnexpectedExit: end });
    if (server.ownerUrl !== this.urls.owner) throw new Error('the database has moved: its path is too long for a socket');
    this.server = server;
  }

  /** As a service manager does it. */
  private async keepUp(): Promise<void> {
    const isOver = () => this.over.signal.aborted;
    while (!isOver()) {
      await this.ended;
      if (isOver()) return;
      this.server = undefined;
      if (!this.isOurKill) this.died += 1;
      this.isOurKill = false;
      while (performance.now() < this.downUntil && !isOver()) await sleep(20);
      while (!isOver() && !(await this.triedToLaunch())) await sleep(RETRY_MS);
    }
  }

  /** With a full disk it does not start: then later. */
  private triedToLaunch(): Promise<boolean> {
    return this.launch().then(
      () => true,
      () => false,
    );
  }
}
