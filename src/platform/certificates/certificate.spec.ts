import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.js';
import { checkedCertificate, requireNamedCertificate, selfSignedPair } from './certificate.js';

const DAY_MS = 86_400_000;
const folders: string[] = [];

function dataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wardline-certificate-'));
  folders.push(folder);
  return folder;
}

async function pairThatEndsIn(days: number): Promise<{ cert: Buffer; key: Buffer }> {
  const made = await generate([{ name: 'commonName', value: 'test' }], {
    keyType: 'ec',
    curve: 'P-256',
    notBeforeDate: new Date(Date.now() - 400 * DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
  });
  return { cert: Buffer.from(made.cert), key: Buffer.from(made.private) };
}

function serial({ cert }: { cert: Buffer }): string {
  return new X509Certificate(cert).fingerprint256;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('the self-signed pair', () => {
  it('is made once and kept', async () => {
    const folder = dataDir();
    const first = await selfSignedPair(folder);
    expect(checkedCertificate(first, Date.now()).checkHost('localhost')).toBe('localhost');
    expect(serial(await selfSignedPair(folder))).toBe(serial(first));
  });

  it('is made anew a month before it ends', async () => {
    const folder = dataDir();
    await selfSignedPair(folder);
    for (const [days, isKept] of [
      [31, true],
      [29, false],
    ] as const) {
      const old = await pairThatEndsIn(days);
      writeFileSync(join(folder, 'tls', 'cert.pem'), old.cert);
      writeFileSync(join(folder, 'tls', 'key.pem'), old.key);
      expect(serial(await selfSignedPair(folder)) === serial(old)).toBe(isKept);
    }
  });

  it("is made anew where the key is another certificate's, or no key at all", async () => {
    const folder = dataDir();
    const first = await selfSignedPair(folder);
    for (const key of [(await pairThatEndsIn(300)).key, Buffer.from('-----')]) {
      writeFileSync(join(folder, 'tls', 'key.pem'), key);
      const made = await selfSignedPair(folder);
      expect(serial(made)).not.toBe(serial(first));
      checkedCertificate(made, Date.now());
    }
  });
});

describe('a certificate that is to be served', () => {
  it('is refused with a reason', async () => {
    const [good, other] = [await pairThatEndsIn(10), await pairThatEndsIn(10)];
    expect(() => checkedCertificate({ cert: good.cert, key: other.key }, Date.now())).toThrow('not that of the certificate');
    expect(() => checkedCertificate({ cert: Buffer.from('?'), key: good.key }, Date.now())).toThrow();
    expect(() => checkedCertificate(good, Date.now() + 11 * DAY_MS)).toThrow('ended');
    expect(() => checkedCertificate(good, Date.now() - 500 * DAY_MS)).toThrow('begins');
    expect(checkedCertificate(good, Date.now()).subject).toBe('CN=test');
  });
});

describe('a certificate that is named in the settings', () => {
  it('stops the start with a line that names the settings, the problem and an example; one that has ended does not', async () => {
    const folder = dataDir();
    const [files, pair] = [{ cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }, await pairThatEndsIn(-1)];
    const { http } = readConfig({ TLS_CERT_FILE: files.cert, TLS_KEY_FILE: files.key });
    await expect(requireNamedCertificate(http)).rejects.toThrow(
      /^TLS_CERT_FILE, TLS_KEY_FILE: cannot be read \(ENOENT\); example: TLS_CERT_FILE=/,
    );
    writeFileSync(files.cert, pair.cert);
    writeFileSync(files.key, (await pairThatEndsIn(1)).key);
    await expect(requireNamedCertificate(http)).rejects.toThrow(/: the key is not that of the certificate; example: /);
    writeFileSync(files.key, '?');
    await expect(requireNamedCertificate(http)).rejects.toThrow(/: are not a certificate and its key in PEM; example: /);
    writeFileSync(files.key, pair.key);
    await requireNamedCertificate(http);
  });
});
