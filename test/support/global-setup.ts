import type { TestProject } from 'vitest/node';
import { migrateUp } from '../../src/platform/database/migrations/migrations.js';
import { asAdmin, fill, openServer, withDatabaseName } from '../../src/testing/test-server.js';
import { buildIfStale } from '../../tools/build.mjs';
import type { FirstRun } from './wardline.js';

/** Databases of this run's own that others are copied from: migrated and empty, and with the demo hospital. */
const nameOf = (template: string, project: string) => `wardline_test_${template}_${String(process.pid)}_${project}`;

async function admin(url: string, sql: string): Promise<void> {
  await asAdmin(url, (client) => client.query(sql));
}

async function makeTemplates(adminUrl: string, empty: string, demo: string): Promise<FirstRun> {
  await admin(adminUrl, `CREATE DATABASE ${empty}`);
  await migrateUp(withDatabaseName(adminUrl, empty));
  await admin(adminUrl, `CREATE DATABASE ${demo} TEMPLATE ${empty}`);
  return fill(withDatabaseName(adminUrl, demo), []);
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Some tests run Wardline's programs: never an old build.
  if (buildIfStale()) console.log('built: sources were newer than dist/');
  const server = await openServer(process.env['TEST_DATABASE_URL']);
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
    /** The file of the demo hospital's first run. */
    firstRun: FirstRun;
  }
}
