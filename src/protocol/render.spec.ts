import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../platform/system/package-root.js';
import { clientFrames } from './schemas/client-frames.js';
import { CORE_FRAMES } from '../realtime/frames/core-frames.js';
import { renderAsyncApi, renderProtocol } from './render.js';

describe('the published protocol', () => {
  it('is what the schemas say (npm run docs:protocol writes it)', () => {
    expect(readFileSync(join(packageRoot(), 'docs/protocol.md'), 'utf8')).toBe(renderProtocol());
    expect(readFileSync(join(packageRoot(), 'docs/asyncapi.json'), 'utf8')).toBe(renderAsyncApi());
  });

  it('names every frame that a client may send', () => {
    const types = clientFrames().map((frame) => frame.type);
    expect(types.sort()).toEqual([...CORE_FRAMES, 'ack', 'ping', 'pong'].sort());
  });
});
