import { DomainError } from '../../platform/common/errors.js';
import { SharedFrame } from '../../realtime/connection/shared-frame.js';

/** The limit of a message's data. */
const MAX_MESSAGE_BYTES = 65_536;

/** The data of a message: an object of the sender's own. */
export type MessageData = Readonly<Record<string, unknown>>;

/** The type of a frame that may be lost. */
export type EphemeralType = 'room.message' | 'direct.message' | 'broadcast' | 'room.presence';

/** A frame that may be lost, as it crosses the bus. */
export interface EphemeralText {
  type: EphemeralType;
  text: string;
}

/**
 * A message as its readers get it, written once.
 * @throws DomainError PAYLOAD_TOO_LARGE
 */
export function messageText(
  type: Exclude<EphemeralType, 'room.presence'>,
  fields: { room?: string; from: string | null; id: string; ts: number; data: MessageData },
): EphemeralText {
  const text = JSON.stringify({ type, ...fields });
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) throw new DomainError('PAYLOAD_TOO_LARGE', 'a message holds at most 64 KiB');
  return { type, text };
}

export function toFrame({ type, text }: EphemeralText): SharedFrame {
  return new SharedFrame(type, text);
}
