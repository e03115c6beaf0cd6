import { json } from '../commands.js';
import type { MemoryWard } from '../memory-ward.js';

/** Readers that wait for the next event. */
export class FakePolls {
  readonly #waiting = new Set<() => void>();

  /** Something was appended. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async answer(ward: MemoryWard, query: URLSearchParams, signal: AbortSignal | null | undefined): Promise<Response> {
    const { items, reset } = read(ward, query);
    if (items.length === 0 && reset.length === 0) await this.#next(Number(query.get('wait') ?? 0) * 1000, signal);
    signal?.throwIfAborted();
    return json(200, read(ward, query));
  }

  #next(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
      signal?.addEventListener('abort', done);
    });
  }
}

function read(ward: MemoryWard, query: URLSearchParams) {
  const depts = (query.get('dept') ?? '').split(',');
  const places = new Map((query.get('after') ?? '').split(',').map((part) => part.split(':') as [string, string]));
  const isSame = query.get('epoch') === ward.epoch;
  const reset = depts.filter((dept) => !isSame || !places.has(dept));
  const known = depts.filter((dept) => !reset.includes(dept));
  const items = known.flatMap((dept) => ward.log(dept).slice(Number(places.get(dept))));
  const heads = Object.fromEntries(known.map((dept) => [dept, ward.log(dept).length]));
  return { items, reset, heads, epoch: ward.epoch, after: known.map((dept) => `${dept}:${String(heads[dept])}`).join(',') };
}
