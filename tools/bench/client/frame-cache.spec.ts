import { describe, expect, it } from 'vitest';
import { FrameCache } from './frame-cache.js';

function event(seq: number, extra = ''): Buffer {
  return Buffer.from(
    `{"type":"call.pending","dept":"icu","seq":${String(seq)},"id":"e${String(seq)}","time":"x","critical":true,"data":{"call_id":"c"${extra}}}`,
  );
}

describe('FrameCache', () => {
  it('answers equal bytes with the very same frame', () => {
    const cache = new FrameCache();
    const first = cache.decode(event(1));
    expect(first).toMatchObject({ kind: 'event', seq: 1, critical: true });
    expect(cache.decode(event(1))).toBe(first);
  });

  it('parses bytes of the same length that differ', () => {
    const cache = new FrameCache();
    cache.decode(event(1));
    expect(cache.decode(event(2))).toMatchObject({ seq: 2, id: 'e2' });
  });

  it('forgets the oldest, and is right about it still', () => {
    const cache = new FrameCache(2);
    const first = cache.decode(event(1));
    cache.decode(event(2));
    cache.decode(event(3));
    const again = cache.decode(event(1));
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });

  it('is not changed by later use of the buffer it was given', () => {
    const cache = new FrameCache();
    const shared = event(1);
    const first = cache.decode(shared);
    event(7).copy(shared);
    expect(cache.decode(shared)).toMatchObject({ seq: 7 });
    expect(cache.decode(event(1))).toBe(first);
  });

  it('names what is malformed and what is unknown', () => {
    const cache = new FrameCache();
    expect(cache.decode(Buffer.from('{'))).toMatchObject({ kind: 'malformed' });
    expect(cache.decode(Buffer.from('{"type":"ping","t":"x"}'))).toMatchObject({
      kind: 'malformed',
    });
    expect(cache.decode(Buffer.from('{"type":"department.summary"}'))).toEqual({
      kind: 'unknown',
      type: 'department.summary',
    });
  });
});
