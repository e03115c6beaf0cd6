import { describe, expect, it } from 'vitest';
import { isAsset, shellOf } from './paths.js';

describe('the service worker', () => {
  it('keeps the shells of pages and the hashed assets', () => {
    expect(['/', '/app', '/app/calls/1', '/board/icu', '/console/audit'].map(shellOf)).toEqual(['/', '/app', '/app', '/board', '/console']);
    expect(['/assets/board-abc.js', '/icon.svg', '/icon-192.png'].every(isAsset)).toBe(true);
  });

  it('keeps nothing that has data, nor itself', () => {
    const paths = [
      '/api/v1/calls',
      '/api/docs',
      '/g/icu-101-a.1.2.x',
      '/ws',
      '/readyz',
      '/metrics',
      '/sw.js',
      '/manifest.webmanifest',
      '/application',
      '/boards',
    ];
    expect(paths.map(shellOf)).toEqual(paths.map(() => undefined));
    expect(paths.some(isAsset)).toBe(false);
  });
});
