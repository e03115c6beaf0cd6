import { isIP } from 'node:net';
import { z } from 'zod';
import { boolean, choice, integer, list, optionalBoolean, optionalText, rate } from './setting.js';

/** An address, a range of them by its prefix's length, or proxy-addr's name for one. */
function isAddressOrRange(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128));
  return family !== 0 && isPrefix && more.length === 0;
}

/** The port, TLS and who may call. */
export const httpSettings = z.object({
  PORT: integer(8443, { doc: 'One port for HTTPS and WSS; 0 takes a free one.' }, { max: 65_535 }),
  HOST: optionalText({ doc: 'Address to listen on.', defaultNote: '127.0.0.1 with the embedded database, 0.0.0.0 otherwise' }, '127.0.0.1'),
  REQUIRE_WSS: boolean(true, {
    doc: 'No plain HTTP or WS. With a certificate this process speaks only TLS; without one it listens in plain behind a proxy and refuses (403) what a trusted proxy has not marked X-Forwarded-Proto: https, probes and metrics aside.',
  }),
  TLS_CERT_FILE: optionalText({ doc: 'PEM certificate chain.' }, '/etc/wardline/tls/cert.pem'),
  TLS_KEY_FILE: optionalText({ doc: 'PEM private key.' }, '/etc/wardline/tls/key.pem'),
  TLS_MIN_VERSION: choice(['TLSv1.2', 'TLSv1.3'], 'TLSv1.2', { doc: 'Oldest TLS version spoken.' }),
  TLS_SELF_SIGNED: optionalBoolean(
    {
      doc: 'Make a self-signed pair under DATA_DIR when no files are named.',
      defaultNote: 'true with the embedded database, false otherwise',
    },
    'true',
  ),
  TRUSTED_PROXIES: list(
    { doc: 'Addresses or CIDR ranges of proxies with trusted X-Forwarded-* headers.' },
    '10.0.0.5,192.168.7.0/24',
    z.string().refine(isAddressOrRange, 'must be addresses or CIDR ranges'),
  ),
  ALLOWED_ORIGINS: list(
    { doc: 'Origins that browsers may call from, besides the host itself.' },
    'https://board.example.org',
    z.string().refine((v) => URL.canParse(v) && new URL(v).origin === v, 'must be origins such as https://board.example.org'),
  ),
  ALLOWED_HOSTS: list(
    { doc: 'Names that the Host header may carry, without a port; probes may carry any. Not given: any.' },
    'wardline.example.org',
    z.string().refine((v) => /^(\[[\da-f:.]+\]|[a-z\d]([a-z\d.-]*[a-z\d])?)$/i.test(v), 'must be host names without a port'),
  ),
  HTTP_RATE_LIMIT: rate(
    { count: 200, seconds: 10 },
    { doc: 'Requests of a session, a station, or an address without either / seconds; 0 turns it off. Presses and probes do not count.' },
  ),
  LISTEN_BACKLOG: integer(4096, { doc: 'Connections the kernel may queue before they are accepted.' }, { min: 1, max: 65_535 }),
  HTTP_FALLBACK: boolean(true, { doc: 'Event stream and long poll for clients that cannot open a socket.' }),
  FALLBACK_POLL_INTERVAL_MS: integer(3000, { doc: 'The wait of long-poll clients between answers.' }, { min: 100, max: 60_000 }),
});
export type HttpSettings = z.infer<typeof httpSettings>;
