import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FirstRunStation } from '../client/first-run.js';
import type { Target } from '../client/target.js';

const PAUSE_MS = 20;
const TIMEOUT_MS = 30_000;

/** Stations that press and cancel without end, each time over a connection of its own: whoever is turned away is counted. */
export class Buttons {
  acknowledged = 0;
  /** Requests without the expected kind of answer, by the reason. */
  readonly refused = new Map<string, number>();
  private stopped = false;
  private working: Promise<unknown> = Promise.resolve();

  constructor(private readonly target: Target) {}

  press(stations: readonly FirstRunStation[]): void {
    this.working = Promise.all(stations.map((station) => this.work(station)));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.working;
  }

  private async work({ key }: FirstRunStation): Promise<void> {
    while (!this.stopped) {
      const call = await this.send(key, '/api/v1/stations/self/calls', '{"type":"patient_normal"}');
      const id = (call as { id?: string } | undefined)?.id;
      if (id !== undefined) await this.send(key, `/api/v1/stations/self/calls/${id}/cancel`, '{}');
      await sleep(PAUSE_MS);
    }
  }

  /** The answer of a request that was accepted. Never rejects. */
  private async send(key: string, path: string, body: string): Promise<unknown> {
    try {
      const { status, text } = await this.request(key, path, body);
      if (status < 300) {
        this.acknowledged += 1;
        return JSON.parse(text) as unknown;
      }
      this.count(`HTTP ${String(status)}`);
    } catch (error) {
      this.count((error as NodeJS.ErrnoException).code ?? String(error));
    }
    return undefined;
  }

  private count(what: string): void {
    this.refused.set(what, (this.refused.get(what) ?? 0) + 1);
  }

  private request(key: string, path: string, body: string): Promise<{ status: number; text: string }> {
    const { request: send } = this.target.url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const options = { method: 'POST', agent: false, timeout: TIMEOUT_MS, headers, ...this.target.tls };
      const outgoing = send(new URL(path, this.target.url), options, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, text });
        });
        incoming.on('error', reject);
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
