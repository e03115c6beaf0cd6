import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { encodeEvent, EventBatch } from '../../events/log/encoded-event.js';
import { Outbox, type OutboxFormat, type OutboxLimits } from './outbox.js';
import { FlushScheduler } from './flush-scheduler.js';

/** A kernel that takes a write only when it is let. */
class Kernel extends Writable {
  readonly writes: string[] = [];
  private release: (() => void) | undefined;
  stalled = false;

  constructor() {
    super({ highWaterMark: 64 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk.toString());
    if (this.stalled) this.release = done;
    else done();
  }

  goOn(): void {
    this.stalled = false;
    const { release } = this;
    this.release = undefined;
    release?.();
  }
}

const format: OutboxFormat = {
  event: (event) => Buffer.from(`${String(event.seq)}${event.critical ? '!' : ''} `),
  batch: (batch) => Buffer.concat(batch.events.map((event) => format.event(event))),
  skipped: ({ from, to }) => Buffer.from(`(${String(from)}-${String(to)}) `),
};

function batch(from: number, count: number, critical = false): EventBatch {
  const made = EventBatch.of(
    Array.from({ length: count }, (_, i) =>
      encodeEvent({ dept: 'icu', seq: from + i, id: '', type: 'x', time: '', data: '{}', trace: null, age: 0 }, { critical }, 0),
    ),
  );
  if (!made) throw new Error('an empty batch');
  return made;
}

function outbox(limits: Partial<OutboxLimits> = {}) {
  const kernel = new Kernel();
  const seen = { overflows: 0, skipped: 0 };
  const peer = { closed: false };
  const listening: boolean[] = [];
  const box = new Outbox(
    kernel,
    format,
    {
      limits: { messages: 4, bytes: 100_000, policy: 'drop_oldest_non_critical', ...limits },
      flushScheduler: new FlushScheduler(),
      onSkipped: () => seen.skipped++,
    },
    {
      get takesFrames() {
        return !peer.closed;
      },
      overflown: () => {
        seen.overflows++;
        box.end();
      },
      listen: (on) => listening.push(on),
    },
  );
  return { kernel, box, seen, peer, listening };
}

/** Fills the kernel's buffer. */
function stall(kernel: Kernel, box: Outbox): void {
  kernel.stalled = true;
  box.frame(Buffer.alloc(64, '#'));
  box.flush();
}

describe('an outbox', () => {
  it('writes once what a turn has brought, in its order', async () => {
    const { kernel, box } = outbox();
    box.frame(Buffer.from('ok '));
    box.events(batch(1, 2));
    box.events(batch(3, 1));
    expect(kernel.writes).toEqual([]);
    await turn();
    expect(kernel.writes).toEqual(['ok 1 2 3 ']);
  });

  it('keeps what comes while the kernel takes nothing, and sends it when it does', async () => {
    const { kernel, box } = outbox();
    stall(kernel, box);
    box.events(batch(1, 2));
    box.frame(Buffer.from('ok '));
    expect([box.pendingMessages, box.isSlow]).toEqual([3, true]);
    const drained = box.drained();
    kernel.goOn();
    await drained;
    expect(kernel.writes.slice(1).join('')).toBe('1 2 ok ');
    expect([box.pendingMessages, box.pendingBytes, box.isSlow]).toEqual([0, 0, false]);
  });

  it('writes nothing more behind a close frame, neither of this turn nor of what waits', async () => {
    const { kernel, box, peer } = outbox();
    box.frame(Buffer.from('ok '));
    peer.closed = true;
    await turn();
    expect(kernel.writes).toEqual([]);
    peer.closed = false;
    stall(kernel, box);
    box.events(batch(1, 2));
    const written = kernel.writes.length;
    peer.closed = true;
    kernel.goOn();
    await turn();
    expect(kernel.writes).toHaveLength(written);
  });

  it('drops the oldest non-critical beyond the limit, and says so where the hole is', async () => {
    const { kernel, box, seen } = outbox();
    stall(kernel, box);
    box.events(batch(1, 2, true));
    box.events(batch(3, 5));
    expect(seen).toEqual({ overflows: 0, skipped: 3 });
    kernel.goOn();
    await box.drained();
    expect(kernel.writes.slice(1).join('')).toBe('1! 2! (3-5) 6 7 ');
  });

  it('skips what comes when only critical ones wait, and overflows at a critical one', () => {
    const { kernel, box, seen } = outbox();
    stall(kernel, box);
    box.events(batch(1, 4, true));
    box.events(batch(5, 1));
    expect(seen).toEqual({ overflows: 0, skipped: 1 });
    box.events(batch(6, 1, true));
    expect(seen.overflows).toBe(1);
    expect(box.pendingMessages).toBe(0);
  });

  it('overflows by bytes, of which the unsent count too', () => {
    const { kernel, box, seen } = outbox({ messages: 1000, bytes: 80 });
    stall(kernel, box);
    box.events(batch(1, 3, true));
    expect(seen.overflows).toBe(0);
    box.events(batch(4, 5, true));
    expect(seen.overflows).toBe(1);
  });

  it('disconnects at once where that is the policy', () => {
    const { kernel, box, seen } = outbox({ policy: 'disconnect' });
    stall(kernel, box);
    box.events(batch(1, 5));
    expect(seen).toEqual({ overflows: 1, skipped: 0 });
  });

  it('does not take for a slow reader what may be lost', () => {
    const { kernel, box } = outbox();
    expect(box.offer(Buffer.from('summary '))).toBe(true);
    stall(kernel, box);
    expect(box.offer(Buffer.from('summary '))).toBe(false);
  });

  it('holds a command until the answers before it have left, but not for events that wait', async () => {
    const { kernel, box } = outbox();
    stall(kernel, box);
    box.events(batch(1, 2));
    await box.answersLeft();
    box.frame(Buffer.from('ok '));
    let left = false;
    const answers = box.answersLeft().then(() => (left = true));
    await turn();
    expect(left).toBe(false);
    kernel.goOn();
    await answers;
    expect(kernel.writes.join('')).toContain('ok ');
  });

  it('does not listen to whom it cannot answer, until it can', async () => {
    const { kernel, box, seen, listening } = outbox();
    stall(kernel, box);
    for (let i = 0; i < 40; i++) box.frame(Buffer.from('ok '));
    expect([listening, seen.overflows]).toEqual([[false], 0]);
    kernel.goOn();
    await box.drained();
    expect(listening).toEqual([false, true]);
  });

  it('writes nothing after its end but the last word, and lets nobody wait', async () => {
    const { kernel, box } = outbox();
    stall(kernel, box);
    box.events(batch(1, 3));
    const waiting = Promise.all([box.drained(), box.answersLeft()]);
    box.end(Buffer.from('bye'));
    await waiting;
    box.frame(Buffer.from('late'));
    box.events(batch(4, 1));
    kernel.goOn();
    await turn();
    expect(kernel.writes.slice(1)).toEqual(['bye']);
  });
});
