import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { type Notification, Notifier, NOTIFIER_NAME } from './notifier.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The secret must not be read on the way; only within one machine the way is nobody else's. */
function isSecure(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

const webhookOptions = z.strictObject({
  /** The receiver's URL: https, or http on this very machine. */
  url: z.string().refine(isSecure, { error: 'must be an https URL (http for loopback only), without credentials' }),
  /** The shared secret; the key of the signature. */
  secret: z.string().min(16),
  name: z.string().regex(NOTIFIER_NAME).default('webhook'),
  /** Milliseconds until the answer must have begun. */
  timeoutMs: z.int().min(1).max(15_000).default(5000),
});
/** The receiver of a webhook, and how it is asked. */
export type WebhookOptions = z.input<typeof webhookOptions>;

/** The receiver has not taken it: any answer but 2xx. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';

  constructor(readonly status: number) {
    super(`the receiver answered ${String(status)}`);
  }
}

/** `t=<unix seconds>,v1=<hex HMAC-SHA-256 of "<t>.<body>">`: a receiver checks both, and how old `t` is. */
export function webhookSignature(secret: string, unixSeconds: number, body: string): string {
  const t = String(unixSeconds);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

const BASE64_SECRET = /^whsec_([A-Za-z0-9+/]{22,}={0,2})$/;

/** The headers of the Standard Webhooks specification. A secret in its form (`whsec_<base64>`) is the key's bytes, any other one is the key as it is. */
export function standardWebhookHeaders(secret: string, id: string, unixSeconds: number, body: string): Record<string, string> {
  const encoded = BASE64_SECRET.exec(secret)?.[1];
  const key = encoded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(encoded, 'base64');
  const timestamp = String(unixSeconds);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/**
 * POSTs each message as JSON, signed in `X-Wardline-Signature` and by the headers of Standard Webhooks. Taken is what was answered 2xx in time; redirects are not followed: the
 * signed body is for one place. Receivers know a repetition by `id`, and an older message that comes late by `sequence`.
 */
export class WebhookNotifier extends Notifier {
  readonly name: string;
  private readonly options: z.output<typeof webhookOptions>;

  /** @throws Error that names the option which is missing or wrong, never its value */
  constructor(options: WebhookOptions) {
    super();
    const parsed = webhookOptions.safeParse(options);
    if (!parsed.success) throw new Error(`WebhookNotifier: ${z.prettifyError(parsed.error)}`);
    this.options = parsed.data;
    this.name = parsed.data.name;
  }

  /** @returns the status. @throws WebhookRefused; whatever fetch throws when the receiver cannot be reached, or not in time */
  async notify(notification: Notification, signal?: AbortSignal): Promise<string> {
    const { url, secret, timeoutMs } = this.options;
    const body = JSON.stringify(notification);
    const now = Math.floor(Date.now() / 1000);
    const limit = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'wardline',
        'x-wardline-signature': webhookSignature(secret, now, body),
        ...standardWebhookHeaders(secret, notification.id, now, body),
      },
      body,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    await response.body?.cancel();
    if (!response.ok) throw new WebhookRefused(response.status);
    return String(response.status);
  }
}
