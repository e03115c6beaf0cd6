import 'reflect-metadata';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/platform/system/package-root.js';
import { renderClientTypes, renderCloseCodes } from './client-types.js';
import { findPublicFaults, renderPublicApi } from './public-api.js';

const CLIENT = 'packages/client/src/generated';

async function isCurrent(file: string, text: string): Promise<void> {
  await expect(text, `${file} is old; this writes it: npm run generate`).toMatchFileSnapshot(join(packageRoot(), file));
}

describe('the types of the client', () => {
  // `npm run generate` runs this test with --update, which writes the files.
  it('are those of the server’s schemas', async () => {
    await isCurrent(`${CLIENT}/protocol.ts`, await renderClientTypes());
    await isCurrent(`${CLIENT}/close-codes.ts`, await renderCloseCodes());
  });
});

describe('the public names of the package', () => {
  it('are those of docs/reference/public-api.md: a change of the promise shows in a diff', async () => {
    await isCurrent('docs/reference/public-api.md', renderPublicApi());
  }, 180_000);

  it('are explained, and mention none that nobody can import', () => {
    expect(findPublicFaults()).toEqual([]);
  }, 180_000);
});
