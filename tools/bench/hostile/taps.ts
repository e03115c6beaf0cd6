import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../client/http-client.js';

const RETRY_MS = 1000;

/** People who accept the same call, each with one key, and send it again every second while they have no answer. */
export class Taps {
  private readonly client: HttpClient;
  private readonly csrf = new Map<string, string>();
  /** Answers by status. */
  readonly answers: Record<string, number> = {};

  constructor(
    port: number,
    private readonly cookies: readonly string[],
  ) {
    this.client = new HttpClient({ url: new URL(`http://127.0.0.1:${String(port)}`), tls: { rejectUnauthorized: true } });
  }

  async signIn(): Promise<void> {
    for (const cookie of this.cookies) {
      const { body } = await this.client.send('GET', '/api/v1/auth/session', { headers: { cookie } });
      this.csrf.set(cookie, (body as { csrf_token: string }).csrf_token);
    }
  }

  /** Resolves when every tap and every retry has its answer. @param forMs how long people go on retrying */
  async accept(callId: string, forMs: number): Promise<void> {
    await Promise.all(this.cookies.map((cookie) => this.acceptAs(cookie, callId, forMs)));
  }

  close(): void {
    this.client.close();
  }

  private async acceptAs(cookie: string, callId: string, forMs: number): Promise<void> {
    const headers = { cookie, 'x-csrf-token': this.csrf.get(cookie) ?? '', 'idempotency-key': randomUUID() };
    const until = performance.now() + forMs;
    const sent: Promise<void>[] = [];
    const answered = new AbortController();
    do {
      sent.push(
        this.send(`/api/v1/calls/${callId}/accept`, headers).then(() => {
          answered.abort();
        }),
      );
      await sleep(RETRY_MS);
    } while (!answered.signal.aborted && performance.now() < until);
    await Promise.all(sent);
  }

  private async send(path: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const answer = await this.client.send('POST', path, { headers, body: {} }).catch(() => undefined);
    const what = answer === undefined ? 'none' : String(answer.status);
    this.answers[what] = (this.answers[what] ?? 0) + 1;
  }
}
