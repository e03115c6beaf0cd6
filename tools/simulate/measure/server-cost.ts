import https from 'node:https';
import http from 'node:http';
import type { Target } from '../../bench/client/target.js';

const TIMEOUT_MS = 5000;

export interface ServerSample {
  readonly at: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

export interface ServerCost {
  /** CPU of the server's process (its database not included), in seconds per second. */
  readonly cpu_share: number;
  readonly rss_mb: number;
}

function metric(text: string, name: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `) || candidate.startsWith(`${name}{`));
  const value = Number(line?.split(' ').at(-1));
  return line === undefined || Number.isNaN(value) ? undefined : value;
}

function read(target: Target): Promise<string> {
  const get = target.url.protocol === 'https:' ? https.get : http.get;
  return new Promise((resolve, reject) => {
    const request = get(new URL('/metrics', target.url), { ...target.tls, timeout: TIMEOUT_MS }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => {
        resolve(text);
      });
      incoming.on('error', reject);
    });
    request.on('timeout', () => {
      request.destroy(new Error('no answer in time'));
    });
    request.on('error', reject);
  });
}

/** Reads what the server's process has used, where its metrics are open to us; nothing otherwise. */
export async function sampleServer(target: Target): Promise<ServerSample | undefined> {
  const text = await read(target).catch(() => '');
  const cpuSeconds = metric(text, 'process_cpu_seconds_total');
  const rss = metric(text, 'process_resident_memory_bytes');
  if (cpuSeconds === undefined || rss === undefined) return undefined;
  return { at: performance.now(), cpuSeconds, rssMb: rss / 2 ** 20 };
}

export function serverCost(before: ServerSample | undefined, after: ServerSample | undefined): ServerCost | undefined {
  if (before === undefined || after === undefined) return undefined;
  const seconds = (after.at - before.at) / 1000;
  const used = after.cpuSeconds - before.cpuSeconds;
  // A restarted worker counts from nothing again: no figure is better than a wrong one.
  return used < 0 || seconds <= 0 ? undefined : { cpu_share: used / seconds, rss_mb: after.rssMb };
}
