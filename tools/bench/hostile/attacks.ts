import type { Flood } from './flood.js';

export interface Attack {
  readonly name: string;
  readonly flood: Omit<Flood, 'port' | 'from' | 'forMs'>;
}

export interface Victims {
  readonly dept: string;
  readonly nurse: string;
  /** A department without events, and a nurse of it. */
  readonly quietDept: string;
  readonly quietNurse: string;
}

const CONNECTIONS = 4;
const READERS = 12;
const POLLERS = 40;
const SIGN_INS = 700;
const PROBES = 800;
const WRONG_KEYS = 2000;
const SNAPSHOTS = 1500;
/** The requests of a client in a loop: far more than it can send in the time. */
const ENDLESS = 100_000;

function get(path: string, ...headers: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n');
}

function signIn(n: number): string {
  const body = JSON.stringify({ username: `nobody-${String(n)}`, password: 'a-made-up-password' });
  const head = [
    'POST /api/v1/auth/login HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${String(body.length)}`,
  ];
  return [...head, '', body].join('\r\n');
}

function many(count: number, request: (n: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, n) => request(n));
}

function loop(path: string, connections: number, ...headers: readonly string[]): Attack['flood'] {
  return { requests: [get(path, ...headers)], connections, batch: 1, batches: ENDLESS };
}

function pipelined(requests: readonly string[], batches = 1): Attack['flood'] {
  return { requests, connections: CONNECTIONS, batch: requests.length / CONNECTIONS, batches };
}

/** Cheap clients that once stopped a ward. */
export function attacksOn({ dept, nurse, quietDept, quietNurse }: Victims): readonly Attack[] {
  const key = (n: number) => `Authorization: Bearer wsk_${String(n)}`;
  const snapshot = get(`/api/v1/departments/${dept}/snapshot`, `Cookie: ${nurse}`);
  const poll = `/api/v1/departments/${quietDept}/events?after=0&wait=25`;
  return [
    { name: 'docs-yaml', flood: loop('/api/docs-yaml', READERS) },
    { name: 'openapi.json', flood: loop('/api/openapi.json', READERS) },
    { name: 'sign-ins', flood: pipelined(many(SIGN_INS, signIn)) },
    { name: 'readyz', flood: pipelined(many(PROBES, () => get('/readyz'))) },
    {
      name: 'readyz-endless',
      flood: pipelined(
        many(PROBES, () => get('/readyz')),
        ENDLESS,
      ),
    },
    { name: 'wrong-keys', flood: pipelined(many(WRONG_KEYS, (n) => get('/api/v1/stations/self', key(n)))) },
    { name: 'snapshots', flood: pipelined(many(SNAPSHOTS, () => snapshot)) },
    { name: 'long-polls', flood: loop(poll, POLLERS, `Cookie: ${quietNurse}`) },
  ];
}
