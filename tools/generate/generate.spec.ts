import 'reflect-metadata';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/platform/system/package-root.js';
import { renderClientTypes, renderCloseCodes } from './client-types.js';
import { findPublicFaults, renderPublicApi } from './public-api.js';

const generated = join(packageRoot(), 'packages/client/src/generated');

describe('the types of the client', () => {
  // `npm run generate` runs this test with --update, which writes the files.
  it('are those of the server’s schemas', async () => {
    await expect(await renderClientTypes()).toMatchFileSnapshot(join(generated, 'protocol.ts'));
    await expect(await renderCloseCodes()).toMatchFileSnapshot(join(generated, 'close-codes.ts'));
  });
});

describe('the public names of the package', () => {
  it('are those of docs/reference/public-api.md: a change of the promise shows in a diff', async () => {
    await expect(renderPublicApi()).toMatchFileSnapshot(join(packageRoot(), 'docs/reference/public-api.md'));
  }, 180_000);

  it('are explained, and mention none that nobody can import', () => {
    expect(findPublicFaults()).toEqual([]);
  }, 180_000);
});
