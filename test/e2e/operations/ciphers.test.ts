import tls from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
beforeAll(async () => {
  wardline = await startTestWardline();
});
afterAll(() => wardline.stop());

function cipherOf(ciphers: string): Promise<string> {
  const { hostname, port } = new URL(wardline.url);
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port: Number(port), ca: wardline.ca, maxVersion: 'TLSv1.2' as const, ciphers };
    const socket = tls.connect(options, () => {
      resolve(socket.getCipher().name);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

it('over TLS 1.2 a client that offers CBC only, or no forward secrecy, is refused; one with GCM is served', async () => {
  for (const weak of [
    'ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA256',
    'ECDHE-RSA-AES256-SHA:ECDHE-ECDSA-AES256-SHA',
    'AES128-GCM-SHA256:AES256-SHA',
  ])
    await expect(cipherOf(weak)).rejects.toThrow(/handshake failure/);
  expect(await cipherOf('ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256')).toMatch(/GCM/);
});
