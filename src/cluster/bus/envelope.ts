import { createHmac } from 'node:crypto';
import { isSameSecret } from '../../platform/common/values/same-secret.js';

/** A message as it crosses the bus. */
export interface Envelope {
  id: string;
  /** The node that sent it. */
  from: string;
  /** Milliseconds since 1970, by that node's clock. */
  at: number;
  kind: string;
  data: unknown;
}

/**
 * Writes and reads envelopes: JSON behind its HMAC-SHA256 under the first secret; without secrets, JSON alone. The HMAC covers
 * the installation's name, so a message means nothing in another installation with the same secrets.
 */
export class EnvelopeCodec {
  constructor(
    private readonly secrets: readonly string[],
    private readonly facility: string,
  ) {}

  get signs(): boolean {
    return this.secrets.length > 0;
  }

  write(envelope: Envelope): string {
    const json = JSON.stringify(envelope);
    const [first] = this.secrets;
    return `${first === undefined ? '' : this.sign(json, first)}.${json}`;
  }

  /** @returns undefined for what no node of ours has written; with secrets: what is not signed under any of them */
  read(text: string): Envelope | undefined {
    const end = text.indexOf('.');
    const json = text.slice(end + 1);
    if (end === -1 || (this.signs && !this.isSigned(json, text.slice(0, end)))) return undefined;
    try {
      const value: unknown = JSON.parse(json);
      return isEnvelope(value) ? value : undefined;
    } catch {
      return undefined; // not JSON, so not ours
    }
  }

  private isSigned(json: string, signature: string): boolean {
    return this.secrets.some((secret) => isSameSecret(signature, this.sign(json, secret)));
  }

  private sign(json: string, secret: string): string {
    return createHmac('sha256', secret).update(`${this.facility}\n`).update(json).digest('base64url');
  }
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const { id, from, at, kind } = value as Record<string, unknown>;
  return typeof id === 'string' && typeof from === 'string' && typeof at === 'number' && Number.isFinite(at) && typeof kind === 'string';
}
