import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CIPHERS, type KeyPair, selfSignedPair } from '../../../src/platform/certificates/certificate.js';
import { request, signIn, Socket } from '../../support/clients/client.js';
import { type Program, run } from '../../support/servers/process.js';
import type { FirstRun, TestWardline } from '../../support/wardline.js';
import { soon } from '../../support/eventually.js';

const folder = mkdtempSync(join(tmpdir(), 'wardline-tls-'));
const mount = join(folder, 'mount');
const dataDir = join(folder, 'var');

let first: KeyPair;
let second: KeyPair;
let program: Program;
let wardline: TestWardline;
let socket: Socket;

/** Puts files there as Kubernetes does: a folder of their own, and a link to it that is turned in one step. */
function publish(version: string, { cert, key }: KeyPair): void {
  mkdirSync(join(mount, version), { recursive: true });
  writeFileSync(join(mount, version, 'tls.crt'), cert);
  writeFileSync(join(mount, version, 'tls.key'), key);
  symlinkSync(version, join(mount, '..data.new'));
  renameSync(join(mount, '..data.new'), join(mount, '..data'));
}

/** The certificate that a new connection is shown. */
function shown(options: tls.ConnectionOptions = {}): Promise<string> {
  const { port } = new URL(wardline.url);
  return new Promise((resolve, reject) => {
    const connection = tls.connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false, ...options }, () => {
      resolve(connection.getPeerX509Certificate()?.fingerprint256 ?? '');
      connection.destroy();
    });
    connection.once('error', reject);
  });
}

function fingerprint({ cert }: KeyPair): string {
  return new X509Certificate(cert).fingerprint256;
}

async function ping(t: number): Promise<void> {
  socket.ws.send(JSON.stringify({ type: 'ping', t }));
  await socket.until((frame) => frame.type === 'pong' && frame.t === t);
}

beforeAll(async () => {
  [first, second] = [await selfSignedPair(join(folder, 'first')), await selfSignedPair(join(folder, 'second'))];
  publish('..1', first);
  program = run('src/main.js', {
    PORT: '0',
    DATA_DIR: dataDir,
    SUPERVISOR: 'off',
    TLS_MIN_VERSION: 'TLSv1.3',
    TLS_CERT_FILE: join(mount, '..data', 'tls.crt'),
    TLS_KEY_FILE: join(mount, '..data', 'tls.key'),
  });
  const { url } = await program.event('wardline.ready');
  const firstRun = JSON.parse(readFileSync(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;
  wardline = { url, ca: first.cert, firstRun } as unknown as TestWardline;
  socket = await Socket.open(wardline, (await signIn(wardline, 'icu-nurse-1')).cookie);
});
afterAll(async () => {
  program.child.kill('SIGTERM');
  await program.exited;
  const place = join(dataDir, 'postgres');
  if (existsSync(place)) rmSync(realpathSync(place), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

describe('who asks for a protocol by ALPN', () => {
  /** The agreed protocol: false when the client asks for none. */
  const agreed = (ALPNProtocols: string[]) =>
    new Promise<string | false | null>((resolve, reject) => {
      const { port } = new URL(wardline.url);
      const connection = tls.connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false, ALPNProtocols }, () => {
        resolve(connection.alpnProtocol);
        connection.destroy();
      });
      connection.once('error', reject);
    });

  it('gets http/1.1, which is all that is spoken; who asks for others only is refused in the handshake', async () => {
    expect(await agreed(['http/1.1'])).toBe('http/1.1');
    expect(await agreed(['h2', 'http/1.1'])).toBe('http/1.1');
    expect(await agreed([])).toBe(false);
    await expect(agreed(['h2'])).rejects.toThrow('no application protocol');
  });
});

it('of TLS 1.2 no cipher is in force that is not both forward secret and authenticated: no CBC', () => {
  const known = new Set(tls.getCiphers().map((name) => name.toUpperCase()));
  for (const cipher of CIPHERS.split(':')) {
    expect(known).toContain(cipher);
    expect(cipher).toMatch(/^TLS_|^ECDHE-.*(GCM|POLY1305)/);
  }
});

describe('a certificate that changes', () => {
  it('is served as it is at the start, from TLS_MIN_VERSION on', async () => {
    expect(await shown()).toBe(fingerprint(first));
    await expect(shown({ maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  it('is taken over when a link is turned, without a socket being dropped, and with the same least version', async () => {
    publish('..2', second);
    await soon(async () => {
      expect(await shown()).toBe(fingerprint(second));
    });
    await ping(1);
    await expect(shown({ maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect(program.events('tls.certificate_reloaded')).toHaveLength(1);
  });

  it('is kept where the new pair is broken, which the log says once; the next good one is taken', async () => {
    publish('..3', { cert: first.cert, key: second.key });
    await soon(() => {
      expect(program.events('tls.certificate_refused')).toHaveLength(1);
    });
    expect(await shown()).toBe(fingerprint(second));
    // Written over in place.
    writeFileSync(join(mount, '..3', 'tls.key'), first.key);
    await soon(async () => {
      expect(await shown()).toBe(fingerprint(first));
    });
    await ping(2);
    expect(program.events('tls.certificate_refused')).toHaveLength(1);
    expect(socket.closed).toBeUndefined();
  });

  it('has its end and failed handshakes as metrics', async () => {
    const { body } = await request(wardline, 'GET', '/metrics');
    const left = Number(/^wardline_tls_cert_expiry_seconds (\d+)$/m.exec(body as string)?.[1]);
    const end = Date.parse(new X509Certificate(first.cert).validTo);
    expect(Math.abs(Date.now() + left * 1000 - end)).toBeLessThan(60_000);
    expect(Number(/^wardline_tls_errors_total (\d+)$/m.exec(body as string)?.[1])).toBeGreaterThanOrEqual(2);
  });
});
