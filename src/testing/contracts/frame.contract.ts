import { deepEqual, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Wardline } from '@wardline/client';
import type { It } from './support/test-runner.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface FrameSubject {
  /** The frame's type: `st-jude.cleaning.ask`. */
  type: string;
  /** A person who may send it: `await wardline.ward.nurse('surg')`. */
  sender: { readonly client: Wardline };
  /** Data that the handler takes; other data at each call, such as the next bed. */
  data: () => Promise<Record<string, unknown>> | Record<string, unknown>;
  /** Data that the schema refuses; at least one. */
  wrong: readonly Record<string, unknown>[];
  /** A person who may not send it, by their role or their departments; undefined where everybody may. */
  stranger?: { readonly client: Wardline };
  /** Everything that the frame writes, as it is committed now. It can be compared. Undefined for a frame that only reads. */
  written?: () => Promise<readonly unknown[]>;
}

/** Wardline waits so long for an answer. */
const LIMIT_MS = 10_000;

/** The promise of a frame's handler (`@OnFrame`), asked over a real socket; call it inside a `describe`. */
export function frameContract(it: It, subject: () => FrameSubject): void {
  const send = (data: Record<string, unknown>, key: string = randomUUID(), { client } = subject().sender): Promise<unknown> =>
    client.command(subject().type, data, { key, maxAgeMs: LIMIT_MS });
  const written = async (): Promise<unknown> => subject().written?.();

  /** A refusal with one of these codes, which changes nothing. */
  async function refuses(asked: () => Promise<unknown>, codes: readonly string[], why: string): Promise<void> {
    const before = await written();
    await rejects(asked(), (error: { code?: string }) => {
      ok(codes.includes(error.code ?? ''), `${why}: it answers ${error.code ?? 'no code'} and not ${codes.join(' or ')}`);
      return true;
    });
    deepEqual(await written(), before, `${why}: it was refused, and has written all the same`);
  }

  it('answers a person who may send it, in time', async () => {
    await send(await subject().data());
  });

  it('does its work once for an id, and gives the same answer, however often it comes', async () => {
    if (!subject().written) return;
    const [data, key, before] = [await subject().data(), randomUUID(), await written()];
    const answer = await send(data, key);
    const once = await written();
    ok((once as unknown[]).length > (before as unknown[]).length, 'it has written nothing that `written` shows');
    deepEqual(await send(data, key), answer, 'the same id had another answer');
    deepEqual(await written(), once, 'the same id did its work twice');
  });

  it('refuses an id that came with other data', async () => {
    if (!subject().written) return;
    const key = randomUUID();
    await send(await subject().data(), key);
    const other = await subject().data();
    await refuses(() => send(other, key), ['IDEMPOTENCY_KEY_REUSED'], 'an id with other data');
  });

  it('refuses wrong data by its schema', async () => {
    const { wrong } = subject();
    ok(wrong.length > 0, 'the subject has no wrong data');
    for (const data of wrong) await refuses(() => send(data), ['VALIDATION_FAILED'], JSON.stringify(data));
  });

  it('refuses a person who may not send it', async () => {
    const { stranger } = subject();
    if (!stranger) return;
    const data = await subject().data();
    await refuses(() => send(data, randomUUID(), stranger), ['FORBIDDEN', 'NOT_FOUND'], 'a person who may not');
  });
}
