import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from '../system/write-whole.js';
import { type Config, ConfigError } from '../config/config.js';

const VALID_DAYS = 365;
const RENEW_BEFORE_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

export interface KeyPair {
  /** PEM. */
  cert: Buffer;
  /** PEM. */
  key: Buffer;
}

/** The suites of TLS 1.3, and those of TLS 1.2 with forward secrecy and AEAD: no CBC. */
export const CIPHERS = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
].join(':');

/** The TLS options of the server. */
export interface TlsOptions extends KeyPair {
  minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Milliseconds. */
  handshakeTimeout: number;
}

/** Reads the pair as it is now; Wardline's own pair is renewed before it ends. */
export type CertificateSource = () => Promise<KeyPair>;

/** Named files; else a self-signed pair where that is wanted; else none: a proxy ends TLS, or nobody asks for it. */
export function certificateSource({ http, database }: Config): CertificateSource | undefined {
  const { TLS_CERT_FILE, TLS_KEY_FILE, TLS_SELF_SIGNED, REQUIRE_WSS } = http;
  if (TLS_CERT_FILE !== undefined && TLS_KEY_FILE !== undefined) return () => readKeyPair(TLS_CERT_FILE, TLS_KEY_FILE);
  const selfSigned = TLS_SELF_SIGNED ?? (database.DATABASE_URL === undefined && REQUIRE_WSS);
  return selfSigned ? () => selfSignedPair(database.DATA_DIR) : undefined;
}

/** @throws Error that names the file when one cannot be read */
async function readKeyPair(certFile: string, keyFile: string): Promise<KeyPair> {
  return { cert: await readFile(certFile), key: await readFile(keyFile) };
}

/** Before anything is started for a node that could not listen. @throws ConfigError */
export async function requireNamedCertificate({ TLS_CERT_FILE, TLS_KEY_FILE }: Config['http']): Promise<void> {
  if (TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined) return;
  try {
    // One that has ended is served all the same: a node that does not start helps nobody, and the metric of its end has called before.
    matchingCertificate(await readKeyPair(TLS_CERT_FILE, TLS_KEY_FILE));
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const unreadable = code.startsWith('ERR_OSSL') ? 'are not a certificate and its key in PEM' : `cannot be read (${code})`;
    const problem = code === '' ? message : unreadable;
    throw new ConfigError([`TLS_CERT_FILE, TLS_KEY_FILE: ${problem}; example: TLS_CERT_FILE=cert.pem TLS_KEY_FILE=key.pem`]);
  }
}

/**
 * The certificate of a pair that can be served.
 * @throws Error that says what is wrong: not PEM, a key of another certificate, not valid now
 */
export function checkedCertificate(pair: KeyPair, now: number): X509Certificate {
  const certificate = matchingCertificate(pair);
  if (Date.parse(certificate.validTo) <= now) throw new Error(`the certificate ended ${certificate.validTo}`);
  if (Date.parse(certificate.validFrom) > now) throw new Error(`the certificate begins ${certificate.validFrom}`);
  return certificate;
}

function matchingCertificate({ cert, key }: KeyPair): X509Certificate {
  const certificate = new X509Certificate(cert);
  if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error('the key is not that of the certificate');
  return certificate;
}

/** The self-signed pair under `DATA_DIR/tls`, made when there is none that is good for a while. For localhost and this host's name. */
export async function selfSignedPair(dataDir: string): Promise<KeyPair> {
  const folder = join(dataDir, 'tls');
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  if (existsSync(files.cert) && existsSync(files.key)) {
    const pair = await readKeyPair(files.cert, files.key);
    if (isGoodFor(pair, RENEW_BEFORE_MS)) return pair;
  }
  // Loaded for a pair that is made: with all that it brings it takes a tenth of a start.
  const { generate } = await import('selfsigned');
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

/** When two processes make a pair at once, one's key may be next to the other's certificate. */
function isGoodFor(pair: KeyPair, ms: number): boolean {
  try {
    return Date.parse(checkedCertificate(pair, Date.now()).validTo) - Date.now() > ms;
  } catch {
    return false;
  }
}

function alternativeNames() {
  const names = new Set(['localhost', hostname()]);
  return [
    ...[...names].map((value) => ({ type: 2 as const, value })),
    { type: 7 as const, ip: '127.0.0.1' },
    { type: 7 as const, ip: '::1' },
  ];
}
