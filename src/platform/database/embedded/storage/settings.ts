import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../support/files.js';
import type { Endpoint } from '../process/endpoint.js';
import type { Place } from './place.js';

/**
 * Rewrites the server's settings in Wardline's part of the place. A change here reaches existing installations with the next
 * start, and root never writes into a directory that the server's account owns.
 * @returns the path of the settings file
 */
export async function writeSettings(place: Place, endpoint: Endpoint): Promise<string> {
  const settingsFile = join(place.directory, 'postgresql.conf');
  const accessFile = join(place.directory, 'pg_hba.conf');
  await replaceFile(accessFile, ACCESS, 0o644);
  await replaceFile(settingsFile, settings(endpoint, accessFile, await clusterName(place.dataDirectory)), 0o644);
  return settingsFile;
}

/** A name in the process title of each of the server's processes. No other data directory has it, also after a rename. */
export async function clusterName(dataDirectory: string): Promise<string> {
  const { dev, ino } = await stat(dataDirectory, { bigint: true });
  return `wardline-${dev.toString(36)}-${ino.toString(36)}`;
}

/** Passwords on the socket too: whoever gets to the socket's directory or to the port has not signed in by that. */
const ACCESS = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
`;

function settings(endpoint: Endpoint, accessFile: string, name: string): string {
  const socketDirectory = endpoint.kind === 'socket' ? `"${endpoint.directory.replaceAll('"', '""')}"` : '';
  return `# Written by Wardline at each start: changes here are lost.
cluster_name = ${quoted(name)}
hba_file = ${quoted(accessFile)}
password_encryption = 'scram-sha-256'

# One way in only, and never from another machine.
listen_addresses = ${quoted(endpoint.kind === 'tcp' ? '127.0.0.1' : '')}
port = ${String(endpoint.port)}
unix_socket_directories = ${quoted(socketDirectory)}
unix_socket_permissions = 0700

# What was acknowledged survives a power cut: a nurse call must never be lost to a faster commit.
fsync = on
synchronous_commit = on
full_page_writes = on

# A small host that runs Wardline, too: a node and its successor need about 90 connections together, the events of a
# hospital fit into 128 MB many times over.
max_connections = 200
shared_buffers = 128MB
max_wal_size = 512MB

# Short queries on few rows: parallel workers and just-in-time compilation cost more than they save, and parallel
# workers need shared memory, of which a container has 64 MB.
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off

timezone = 'UTC'
log_timezone = 'UTC'

# The log is for what the server itself goes through. Statements and details stay out of it, because they hold what
# patients and nurses do; the client that caused an error is told all of it.
log_line_prefix = '%m [%p] %q%u@%d '
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_statement = none
`;
}

function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
