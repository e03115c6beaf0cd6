import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { UsageError } from './invocation.js';

/** The trust of a TLS connection to Wardline; the fields are those of `tls.connect`. */
export interface TlsTrust {
  readonly ca?: Buffer;
  readonly rejectUnauthorized: boolean;
}

/** One Wardline and how to trust it. */
export interface Target {
  readonly url: URL;
  readonly tls: TlsTrust;
}

/** A server of a bench. @param cert the file of the certificate to trust; plain without it */
export function targetAt(port: number, cert?: string): Target {
  const scheme = cert === undefined ? 'http' : 'https';
  const tls = { rejectUnauthorized: true, ...(cert !== undefined && { ca: readFileSync(cert) }) };
  return { url: new URL(`${scheme}://127.0.0.1:${String(port)}`), tls };
}

function readCertificate(dataDir: string): Buffer | undefined {
  try {
    return readFileSync(join(dataDir, 'tls', 'cert.pem'));
  } catch {
    return undefined; // no self-signed pair here: the system's authorities decide
  }
}

/**
 * The self-signed certificate of the embedded mode is its own authority: trusting exactly that
 * file keeps both the chain and the host name checked. Only an explicit `insecure` turns it off.
 */
export function resolveTarget(url: string, dataDir: string, insecure: boolean): Target {
  if (!URL.canParse(url)) throw new UsageError(`not a URL: ${url} (example: https://127.0.0.1:8443)`);
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new UsageError(`the URL must begin with https:// or http://, not ${parsed.protocol}//`);
  }
  const ca = readCertificate(dataDir);
  const tls: TlsTrust = {
    rejectUnauthorized: !insecure,
    ...(ca !== undefined && !insecure ? { ca } : {}),
  };
  return { url: parsed, tls };
}

/** True for addresses that cannot leave this machine. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname;
  if (host === 'localhost' || host === '[::1]') return true;
  return isIPv4(host) && host.startsWith('127.');
}

/** The address of the socket at the API's host. */
export function socketUrl(target: Target): string {
  const url = new URL('/ws', target.url);
  url.protocol = target.url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
