import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** Bytes of a page's bundle of these imports, gzipped. */
async function gzipped(contents: string, external: string[] = []): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', target: 'es2022', external },
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

describe('the size of the client', () => {
  it('is at most 8 KB for the core: WebSocket, resume, proof, state, commands', async () => {
    const bytes = await gzipped(`export { createClient } from './index.js'`);
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThanOrEqual(8192);
  });

  it('is at most 16 KB for everything', async () => {
    expect(await gzipped(`export * from './index.js'`)).toBeLessThanOrEqual(16 * 1024);
  });

  it('is at most 1.5 KB for the React hooks', async () => {
    expect(await gzipped(`export * from './react/index.js'`, ['react', '../index.js'])).toBeLessThanOrEqual(1536);
  });
});
