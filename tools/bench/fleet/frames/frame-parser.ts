const LENGTH_16 = 126;
const LENGTH_64 = 127;
const OPCODE = 0x0f;
const LENGTH = 0x7f;

export const TEXT = 1;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Bytes on the wire, header included. */
  readonly size: number;
}

/** Takes apart what a server sends: unmasked, unfragmented frames. */
export class FrameParser {
  private rest: Buffer | undefined;

  /** @param chunk stays the parser's until its frames have been looked at */
  push(chunk: Buffer): Frame[] {
    const bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    const frames: Frame[] = [];
    let offset = 0;
    for (;;) {
      const frame = frameAt(bytes, offset);
      if (frame === undefined) break;
      frames.push(frame);
      offset += frame.size;
    }
    this.rest = offset === bytes.length ? undefined : Buffer.from(bytes.subarray(offset));
    return frames;
  }
}

/** Undefined until all of it is there. */
function frameAt(bytes: Buffer, offset: number): Frame | undefined {
  const have = bytes.length - offset;
  if (have < 2) return undefined;
  const short = bytes.readUInt8(offset + 1) & LENGTH;
  const header = short === LENGTH_64 ? 10 : short === LENGTH_16 ? 4 : 2;
  if (have < header) return undefined;
  const length = header === 2 ? short : header === 4 ? bytes.readUInt16BE(offset + 2) : Number(bytes.readBigUInt64BE(offset + 2));
  const size = header + length;
  if (have < size) return undefined;
  return { opcode: bytes.readUInt8(offset) & OPCODE, payload: bytes.subarray(offset + header, offset + size), size };
}
