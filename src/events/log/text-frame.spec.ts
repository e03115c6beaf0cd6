import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { textFrame } from './text-frame.js';

/** `ws` exports its parser; its types do not know. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

/** Reads frames with `ws`'s own parser. */
function read(frames: Buffer): Promise<string[]> {
  const receiver = new Receiver({ isServer: false });
  const texts: string[] = [];
  receiver.on('message', (data: Buffer, isBinary: boolean) => texts.push(isBinary ? 'binary' : data.toString('utf8')));
  return new Promise((resolve, reject) => {
    receiver.on('error', reject);
    receiver.on('finish', () => {
      resolve(texts);
    });
    receiver.end(frames);
  });
}

describe('textFrame', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('is read back by another implementation at %d bytes', async (length) => {
    const text = 'x'.repeat(length);
    expect(await read(textFrame(text))).toEqual([text]);
  });

  it('counts bytes, not characters', async () => {
    const text = 'ä€😀'.repeat(30);
    expect(await read(textFrame(text))).toEqual([text]);
  });

  it('can be joined: several frames in one buffer stay several', async () => {
    expect(await read(Buffer.concat([textFrame('a'), textFrame('b'.repeat(300)), textFrame('c')]))).toEqual(['a', 'b'.repeat(300), 'c']);
  });
});
