import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textFrame } from '../../../../src/events/log/text-frame.js';
import { FrameParser, TEXT } from './frame-parser.js';

describe('FrameParser', () => {
  it('finds the same frames however the bytes arrive', () => {
    const length = fc.oneof(fc.nat(300), fc.integer({ min: 65_500, max: 65_600 }));
    fc.assert(
      fc.property(fc.array(length, { minLength: 1, maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 70_000 })), (lengths, cuts) => {
        const texts = lengths.map((size, n) => String(n % 10).repeat(size));
        const bytes = Buffer.concat(texts.map((text) => textFrame(text)));
        const parser = new FrameParser();
        const found: string[] = [];
        let offset = 0;
        for (const cut of [...cuts, bytes.length]) {
          // A copy that is spoilt afterwards: a socket's buffer is used again.
          const chunk = Buffer.from(bytes.subarray(offset, offset + cut));
          for (const { opcode, payload } of parser.push(chunk)) {
            expect(opcode).toBe(TEXT);
            found.push(payload.toString());
          }
          chunk.fill(0xff);
          offset += cut;
          if (offset >= bytes.length) break;
        }
        expect(found).toEqual(texts);
      }),
      { numRuns: 100 },
    );
  });
});
