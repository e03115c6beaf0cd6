import { describe, expect, it } from 'vitest';
import { readPush } from './push.js';

const GENERIC = { title: 'Wardline', body: '', tag: 'wardline', path: '/app' };

describe('a push', () => {
  it('shows its words and leads to its page', () => {
    const pushed = { title: 'Room 101', body: 'Patient call', tag: 'call-1', path: '/app/calls/1' };
    expect(readPush(JSON.stringify({ ...pushed, more: 1 }))).toEqual(pushed);
  });

  it('shows something whatever it holds', () => {
    for (const text of [undefined, '', 'no JSON', 'null', '7', '[]', '{"title":7,"body":{},"tag":[],"path":1}'])
      expect(readPush(text), text).toEqual(GENERIC);
  });

  it('leads to the staff app alone', () => {
    for (const path of [
      'https://example.org/app',
      '//example.org',
      '/g/x',
      '/app/../g/x',
      '/app?next=//x',
      'javascript:alert(1)',
      '/apple',
    ])
      expect(readPush(JSON.stringify({ path })).path, path).toBe('/app');
  });

  it('is no longer than a notification can be', () => {
    const { title, body, tag } = readPush(JSON.stringify({ title: 'a'.repeat(5000), body: 'b'.repeat(5000), tag: 'c'.repeat(5000) }));
    expect([title.length, body.length, tag.length]).toEqual([120, 400, 120]);
  });
});
