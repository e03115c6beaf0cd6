/** One message of a stream. */
export interface StreamEntry {
  /** Rises within the stream. */
  id: string;
  text: string;
}

/** How long a stream remembers. */
export interface StreamBounds {
  maxLength: number;
  maxAgeMs: number;
}

/** Streams that one reader of the cluster works off, each message at least once. Every method may reject with BackplaneAway. */
export abstract class StreamStore {
  /** @returns the message's id */
  abstract append(stream: string, text: string, bounds: StreamBounds): Promise<string>;

  /**
   * Messages that no reader has got yet, and messages that a reader got longer than `idleMs` ago and never acknowledged (a
   * dead node's). Messages older than `maxAgeMs` are dropped. The oldest come first.
   */
  abstract read(stream: string, options: { count: number; idleMs: number; maxAgeMs: number }): Promise<StreamEntry[]>;

  /** The message was handed over: nobody is given it again. */
  abstract acknowledge(stream: string, id: string): Promise<void>;

  /** True when the stream holds a message that was not acknowledged. */
  abstract isWaiting(stream: string): Promise<boolean>;
}
