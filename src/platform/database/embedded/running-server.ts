import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { connectionUrl, type Endpoint } from './process/endpoint.js';
import { readPostmasterFile } from './process/postmaster-file.js';
import { isPostmasterOf } from './process/process-identity.js';
import { readPasswords } from './storage/database-passwords.js';
import { APPLICATION, DATABASE, OWNER } from './storage/roles.js';

/** The state of the embedded data of a DATA_DIR. */
export interface EmbeddedData {
  /** How to reach the server that another process runs on them; undefined where none runs. */
  readonly running: { readonly ownerUrl: string; readonly applicationUrl: string } | undefined;
}

/**
 * Looks for the embedded data of `dataDir`, wherever they lie, and for the server that serves them. Makes nothing and starts nothing.
 * @returns undefined where there are none
 */
export async function findEmbeddedData(dataDir: string): Promise<EmbeddedData | undefined> {
  // As the start does: the last step may be a link to data that lie elsewhere.
  const directory = await realpath(join(dataDir, 'postgres')).catch(() => undefined);
  if (directory === undefined) return undefined;
  const dataDirectory = join(directory, 'data');
  const file = await readPostmasterFile(dataDirectory);
  const passwords = await readPasswords(await realpath(dataDir));
  if (file?.status !== 'ready' || !passwords || !(await isPostmasterOf(dataDirectory, file.pid))) return { running: undefined };
  const endpoint = await endpointOf(dataDirectory);
  if (!endpoint) return { running: undefined };
  return {
    running: {
      ownerUrl: connectionUrl(endpoint, OWNER, passwords.owner, DATABASE),
      applicationUrl: connectionUrl(endpoint, APPLICATION, passwords.application, DATABASE),
    },
  };
}

/** The fourth and the fifth line of `postmaster.pid`: the port, and the directory of the socket where there is one. */
async function endpointOf(dataDirectory: string): Promise<Endpoint | undefined> {
  const lines = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const port = Number.parseInt(lines[3] ?? '', 10);
  const directory = (lines[4] ?? '').trim();
  if (!Number.isInteger(port)) return undefined;
  return directory === '' ? { kind: 'tcp', port } : { kind: 'socket', directory, port };
}
