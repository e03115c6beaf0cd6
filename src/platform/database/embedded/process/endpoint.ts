import { createServer } from 'node:net';
import { join } from 'node:path';

/** The address of the server. */
export type Endpoint =
  { readonly kind: 'socket'; readonly directory: string; readonly port: number } | { readonly kind: 'tcp'; readonly port: number };

/** Only part of the socket's name: no TCP port is taken. */
const SOCKET_PORT = 5432;
/** The longest path in the kernel's `sun_path` with its final zero byte: 108 bytes on Linux, 104 on macOS. */
const SOCKET_PATH_LIMIT_BYTES = process.platform === 'linux' ? 107 : 103;

/** A socket in `runDirectory`, or a free port of 127.0.0.1 when the socket's path would be too long for the kernel. */
export async function chooseEndpoint(runDirectory: string): Promise<Endpoint> {
  const socket = join(runDirectory, `.s.PGSQL.${String(SOCKET_PORT)}`);
  if (Buffer.byteLength(socket) <= SOCKET_PATH_LIMIT_BYTES) {
    return { kind: 'socket', directory: runDirectory, port: SOCKET_PORT };
  }
  return { kind: 'tcp', port: await freePort() };
}

/** The connection URL of one role, for node-postgres and for libpq's programs. */
export function connectionUrl(endpoint: Endpoint, role: string, password: string, database: string): string {
  const credentials = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  if (endpoint.kind === 'tcp') return `postgresql://${credentials}@127.0.0.1:${String(endpoint.port)}/${database}`;
  const host = encodeURIComponent(endpoint.directory);
  return `postgresql://${credentials}@localhost:${String(endpoint.port)}/${database}?host=${host}`;
}

/** Free at this moment; another program may take it first, and the caller must bear that. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no TCP port on 127.0.0.1'));
        else resolve(address.port);
      });
    });
  });
}
