import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { FirstRun } from '../first-run.js';
import { DEFAULT_TYPE } from './press.js';
import type { Figures } from './figures.js';

const ANSWER_MS = 15_000;
const call = z.object({ id: z.string() });
const refusal = z.object({ error: z.object({ code: z.string() }) });

type Button = FirstRun['stations'][number];

/** The stations, each with its own key. */
export class Buttons {
  /** Stations whose call is open. */
  private readonly lit = new Map<string, Button>();

  constructor(
    private readonly all: readonly Button[],
    private readonly url: string,
    private readonly fetch: typeof globalThis.fetch,
    private readonly figures: Figures,
  ) {}

  get openCalls(): number {
    return this.lit.size;
  }

  /** Presses one whose call is not open, if there is one. @returns the call, where it is new */
  async press(random: () => number): Promise<{ id: string; dept: string; pressedAt: number } | undefined> {
    const taken = new Set(this.lit.values());
    const free = this.all.filter((one) => !taken.has(one));
    const button = free[Math.floor(random() * free.length)];
    if (!button) return undefined;
    const pressedAt = performance.now();
    this.figures.presses++;
    const answer = await this.send(button, '', { type: DEFAULT_TYPE[button.kind] });
    if (!answer) return undefined;
    this.figures.press.add(performance.now() - pressedAt);
    const id = call.safeParse(answer.body).data?.id;
    if (id === undefined) this.figures.failed('MALFORMED_ANSWER');
    if (id === undefined || answer.status !== 201) return undefined;
    this.figures.calls++;
    this.lit.set(id, button);
    return { id, dept: button.dept, pressedAt };
  }

  /** Shows presence at the bedside, as urgent calls need it. @returns whether the call's station is one of these */
  async showPresence(callId: string): Promise<boolean> {
    const button = this.lit.get(callId);
    return button !== undefined && (await this.send(button, `/${callId}/presence`)) !== undefined;
  }

  closed(callId: string): void {
    this.lit.delete(callId);
  }

  /** Undefined where there is no answer, or a refusal; it is counted. */
  private async send({ key }: Button, path: string, body?: object): Promise<{ status: number; body: unknown } | undefined> {
    try {
      const response = await this.fetch(new URL(`/api/v1/stations/self/calls${path}`, this.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
        body: JSON.stringify(body ?? {}),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const answer: unknown = await response.json();
      if (response.ok) return { status: response.status, body: answer };
      this.figures.failed(refusal.safeParse(answer).data?.error.code ?? `HTTP_${String(response.status)}`);
    } catch (error) {
      this.figures.failed(error instanceof Error ? error.name : 'NETWORK');
    }
    return undefined;
  }
}
