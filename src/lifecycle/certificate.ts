import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { writeWhole } from '../common/write-whole.js';

const VALID_DAYS = 365;
const RENEW_BEFORE_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

export interface KeyPair {
  /** PEM. */
  cert: Buffer;
  /** PEM. */
  key: Buffer;
}

/** What the server is given of TLS. */
export interface TlsOptions extends KeyPair {
  minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Milliseconds. */
  handshakeTimeout: number;
}

/** @throws Error that names the file when one cannot be read */
export async function readKeyPair(certFile: string, keyFile: string): Promise<KeyPair> {
  return { cert: await readFile(certFile), key: await readFile(keyFile) };
}

/** The self-signed pair under `DATA_DIR/tls`, made when there is none or it ends soon. For localhost and this host's name. */
export async function selfSignedPair(dataDir: string): Promise<KeyPair> {
  const folder = join(dataDir, 'tls');
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  if (existsSync(files.cert) && existsSync(files.key)) {
    const pair = await readKeyPair(files.cert, files.key);
    if (Date.parse(new X509Certificate(pair.cert).validTo) - Date.now() > RENEW_BEFORE_MS) return pair;
  }
  const made = await generate([{ name: 'commonName', value: 'Wardline self-signed' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: alternativeNames() },
    ],
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeWhole(files.key, made.private, 0o600);
  await writeWhole(files.cert, made.cert, 0o644);
  return { cert: Buffer.from(made.cert), key: Buffer.from(made.private) };
}

function alternativeNames() {
  const names = new Set(['localhost', hostname()]);
  return [
    ...[...names].map((value) => ({ type: 2 as const, value })),
    { type: 7 as const, ip: '127.0.0.1' },
    { type: 7 as const, ip: '::1' },
  ];
}
