import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';
import { Passwords } from '../../src/identity/sign-in/passwords.js';
import { migrateUp } from '../../src/platform/database/migrations.js';
import { seedDemoHospital } from '../../src/ward/hospital/demo-seed.js';
import { databaseUrl } from './database-url.js';
import { buildIfStale } from '../../tools/build.mjs';
import type { FirstRun } from './wardline.js';

/** Databases of this run's own that others are copied from: migrated and empty, and with the demo hospital. */
const nameOf = (template: string, project: string) => `wardline_test_${template}_${String(process.pid)}_${project}`;

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

async function makeTemplates(adminUrl: string, empty: string, demo: string): Promise<FirstRun> {
  await admin(adminUrl, `CREATE DATABASE ${empty}`);
  await migrateUp(databaseUrl(adminUrl, empty));
  await admin(adminUrl, `CREATE DATABASE ${demo} TEMPLATE ${empty}`);
  const dataDir = mkdtempSync(join(tmpdir(), 'wardline-demo-'));
  try {
    await seedDemoHospital({ databaseUrl: databaseUrl(adminUrl, demo), dataDir, url: 'https://127.0.0.1:0', passwords: new Passwords() });
    return JSON.parse(readFileSync(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Some tests run Wardline's programs: never an old build.
  if (buildIfStale()) console.log('built: sources were newer than dist/');
  const server = await openServer();
  const [empty, demo] = [nameOf('empty', project.name), nameOf('demo', project.name)];
  project.provide('firstRun', await makeTemplates(server.adminUrl, empty, demo));
  project.provide('adminUrl', server.adminUrl);
  project.provide('emptyDatabase', empty);
  project.provide('demoDatabase', demo);
  return async () => {
    for (const template of [empty, demo]) await admin(server.adminUrl, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await server.stop();
  };
}

declare module 'vitest' {
  export interface ProvidedContext {
    adminUrl: string;
    emptyDatabase: string;
    demoDatabase: string;
    /** What the demo hospital's first run wrote down. */
    firstRun: FirstRun;
  }
}
