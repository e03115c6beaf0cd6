import { readFileSync } from 'node:fs';
import { platform } from 'node:os';
import type { Dialect } from './frames/dialects.js';
import type { Route } from './raw-socket.js';

/** Well below the ports that the kernel hands out for one pair of addresses. */
const CLIENTS_PER_ADDRESS = 10_000;
const LAST_ADDRESS = 200;

export interface Place {
  readonly port: number;
  /** File of the certificate to trust; plain without it. */
  readonly ca: string | undefined;
}

/**
 * From which loopback address the client of this number comes; `undefined`: whichever the kernel takes. A named one costs the kernel
 * up to a millisecond a connection when thousands have it, so that only those are given one that need it. Only Linux has several.
 */
function addressOf(client: number): string | undefined {
  const others = Math.min(LAST_ADDRESS, Math.floor(client / CLIENTS_PER_ADDRESS));
  return others === 0 || platform() !== 'linux' ? undefined : `127.0.0.${String(1 + others)}`;
}

/** The way to a server, for one client after another. */
export function routesTo({ port, ca }: Place, dialect: Dialect, cookies: readonly string[]): (client: number) => Route {
  const certificate = ca === undefined ? undefined : readFileSync(ca, 'utf8');
  return (client) => {
    const cookie = cookies[client % Math.max(1, cookies.length)];
    const headers = cookie === undefined ? dialect.headers : { ...dialect.headers, Cookie: cookie };
    return { port, path: dialect.path, headers, ca: certificate, localAddress: addressOf(client) };
  };
}

/** Starts `begin` for 0 … count − 1, at most `atOnce` of them unfinished at a time. */
export function inParallel(count: number, atOnce: number, begin: (n: number) => Promise<void>): Promise<unknown> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await begin(next++);
  };
  return Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}
