import { X509Certificate } from 'node:crypto';
import { constants, existsSync, readFileSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { requireNamedCertificate } from '../../platform/certificates/certificate.js';
import type { Config } from '../../platform/config/config.js';
import { maxMemoryMb } from '../../platform/config/memory-limits.js';
import { openFilesLimit } from '../../platform/system/open-files.js';
import { listenHost } from '../../startup/listen-place.js';
import { reasonOf } from '../failure.js';
import type { Finding } from './finding.js';

const LEAST_FREE_MB = 1024;
const LEAST_MEMORY_MB = 256;
const WARN_DAYS = 30;
const DAY_MS = 86_400_000;
/** Files that a node opens beside its sockets. */
const OTHER_FILES = 256;

/** The port and address of the settings: free, taken, or not to be had. */
export async function checkPort(config: Config): Promise<Finding[]> {
  const place = `${listenHost(config)}:${String(config.http.PORT)}`;
  const server = createServer();
  try {
    await new Promise<void>((settle, reject) => {
      server.once('error', reject);
      server.listen(config.http.PORT, listenHost(config), settle);
    });
    await new Promise<void>((settle) => server.close(() => settle()));
    return [{ check: 'port', state: 'ok', found: `${place} is free` }];
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (isTaken)
      return [{ check: 'port', state: 'warn', found: `${place} is taken`, advice: 'Fine if Wardline runs there; else set PORT' }];
    return [{ check: 'port', state: 'fail', found: `${place}: ${reasonOf(error)}`, advice: 'Set PORT and HOST' }];
  }
}

/** DATA_DIR, or the folder that it would be made in: writable, with room. */
export async function checkDataFolder({ database }: Config): Promise<Finding[]> {
  const wanted = resolve(database.DATA_DIR);
  let folder = wanted;
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [
      { check: 'files', state: 'fail', found: `${folder} cannot be written to`, advice: 'Set DATA_DIR, or give this account the folder' },
    ];
  }
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20);
  const found = `${wanted} can be written to, ${String(freeMb)} MB free`;
  if (freeMb < LEAST_FREE_MB) return [{ check: 'files', state: 'warn', found, advice: 'Make room: a full disk refuses presses' }];
  return [{ check: 'files', state: 'ok', found }];
}

/** TLS_CERT_FILE and TLS_KEY_FILE: readable, a pair, and valid for a while. */
export async function checkCertificate({ http }: Config): Promise<Finding[]> {
  const { TLS_CERT_FILE: file } = http;
  if (file === undefined) return [{ check: 'certificate', state: 'ok', found: 'none is named' }];
  try {
    await requireNamedCertificate(http);
    const { validTo } = new X509Certificate(readFileSync(file));
    const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY_MS);
    const found = `${file} ends in ${String(days)} days`;
    if (days < 0) return [{ check: 'certificate', state: 'fail', found, advice: 'Replace both files; they are read again by themselves' }];
    if (days < WARN_DAYS) return [{ check: 'certificate', state: 'warn', found, advice: 'Replace both files soon' }];
    return [{ check: 'certificate', state: 'ok', found }];
  } catch (error) {
    return [{ check: 'certificate', state: 'fail', found: reasonOf(error), advice: 'Check TLS_CERT_FILE and TLS_KEY_FILE' }];
  }
}

/** Limits of the machine that the settings need more of. */
export function checkKernel({ realtime, http, operations }: Config): Finding[] {
  const findings: Finding[] = [];
  const files = realtime.MAX_CONNECTIONS + OTHER_FILES;
  if (openFilesLimit() < files)
    findings.push({
      check: 'kernel',
      state: 'warn',
      found: `${String(openFilesLimit())} open files, and MAX_CONNECTIONS needs ${String(files)}`,
      advice: 'Raise LimitNOFILE (systemd) or ulimit -n',
    });
  const backlog = kernelNumber('/proc/sys/net/core/somaxconn');
  if (backlog !== undefined && backlog < http.LISTEN_BACKLOG)
    findings.push({
      check: 'kernel',
      state: 'warn',
      found: `net.core.somaxconn is ${String(backlog)}, and LISTEN_BACKLOG ${String(http.LISTEN_BACKLOG)}`,
      advice: 'sysctl net.core.somaxconn: a shift change connects everybody at once',
    });
  const memory = maxMemoryMb(operations);
  if (memory < LEAST_MEMORY_MB)
    findings.push({
      check: 'kernel',
      state: 'warn',
      found: `${String(memory)} MB of memory for a worker`,
      advice: 'Give it 256 MB or more',
    });
  if (findings.length === 0) findings.push({ check: 'kernel', state: 'ok', found: 'open files, backlog and memory are enough' });
  return findings;
}

function kernelNumber(file: string): number | undefined {
  if (!existsSync(file)) return undefined; // not Linux
  return Number(readFileSync(file, 'utf8'));
}
