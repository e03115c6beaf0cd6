const FIN_TEXT = 0x81;
const MASKED = 0x80;
const MASK_BYTES = 4;
const LENGTH_16 = 126;

/** One text frame of a client, of less than 64 KiB. */
export function clientText(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = payload.length < LENGTH_16 ? 2 : 4;
  // The mask is all zeros: the bytes stay as they are.
  const frame = Buffer.alloc(head + MASK_BYTES + payload.length);
  frame[0] = FIN_TEXT;
  frame[1] = MASKED | (head === 2 ? payload.length : LENGTH_16);
  if (head === 4) frame.writeUInt16BE(payload.length, 2);
  payload.copy(frame, head + MASK_BYTES);
  return frame;
}
