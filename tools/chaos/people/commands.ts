import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../simulate/plan/random.js';
import type { Cluster } from '../world/cluster.js';

const TIMEOUT_MS = 6000;
const PAUSE_MS = 150;
/** Longer than any outage that is made here. */
const PATIENCE_MS = 25_000;
const RETRY_LATER = 429;
const SERVER_FAULT = 500;

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One try. @returns undefined when there was no answer */
export async function once(url: string, { method, path, headers, body }: Request, key?: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...headers,
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  } catch {
    return undefined;
  }
}

/**
 * Asks one node after another under one key until one gives a final answer. Without one, the outcome is unknown.
 * @returns undefined when nobody did; what became of it is then unknown
 */
export async function insist(cluster: Cluster, random: Random, request: Request, key: string): Promise<Answer | undefined> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    const answer = await once(cluster.running(random).url, request, key);
    if (answer && answer.status < SERVER_FAULT && answer.status !== RETRY_LATER) return answer;
    await sleep(PAUSE_MS);
  }
  return undefined;
}
