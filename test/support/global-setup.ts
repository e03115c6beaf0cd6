import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrateUp } from '../../src/database/migrations.js';
import { databaseUrl } from './database-url.js';

/** A database of this run's own, that others are copied from. */
const TEMPLATE = `wardline_test_template_${String(process.pid)}`;

interface Server {
  adminUrl: string;
  stop(): Promise<void>;
}

/** TEST_DATABASE_URL names a server that lets us make databases; without it the embedded one is started, as users get it. */
async function openServer(): Promise<Server> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return { adminUrl: given, stop: () => Promise.resolve() };
  const dataDir = mkdtempSync(join(tmpdir(), 'wardline-test-'));
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  return {
    adminUrl: server.superuserUrl,
    stop: async () => {
      await server.stop();
      const place = await import('node:fs/promises').then((fs) => fs.realpath(join(dataDir, 'postgres')).catch(() => undefined));
      rmSync(dataDir, { recursive: true, force: true });
      if (place !== undefined) rmSync(place, { recursive: true, force: true });
    },
  };
}

async function admin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer();
  await admin(server.adminUrl, `CREATE DATABASE ${TEMPLATE}`);
  await migrateUp(databaseUrl(server.adminUrl, TEMPLATE));
  project.provide('adminUrl', server.adminUrl);
  project.provide('templateDatabase', TEMPLATE);
  return async () => {
    await admin(server.adminUrl, `DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`);
    await server.stop();
  };
}

declare module 'vitest' {
  export interface ProvidedContext {
    adminUrl: string;
    templateDatabase: string;
  }
}
