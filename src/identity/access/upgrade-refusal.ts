/** The parts of a refused upgrade besides its status or code. */
export interface RefusalOptions {
  /** The rule that refused, for metrics: one of a few words, never the caller's text. */
  reason?: string;
  /** Seconds. */
  retryAfter?: number;
  /** Headers of the answer, besides those of every refusal. */
  headers?: Readonly<Record<string, string>>;
}

/** Why a socket's upgrade is turned down: by an HTTP answer, or, where a browser must be able to read it, by a close code. */
export class UpgradeRefusal extends Error {
  override readonly name = 'UpgradeRefusal';
  readonly reason: string;
  readonly retryAfter: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  private constructor(
    /** HTTP status, or null when the socket is accepted and closed at once. */
    readonly status: number | null,
    readonly closeCode: number | null,
    message: string,
    { reason, retryAfter, headers = {} }: RefusalOptions,
  ) {
    super(message);
    this.reason = reason ?? (closeCode === null ? `http_${String(status)}` : `close_${String(closeCode)}`);
    this.retryAfter = retryAfter;
    this.headers = headers;
  }

  static http(status: number, message: string, options: RefusalOptions = {}): UpgradeRefusal {
    return new UpgradeRefusal(status, null, message, options);
  }

  /** Accepts the socket, then closes it with `code`. */
  static close(code: number, message: string, options: RefusalOptions = {}): UpgradeRefusal {
    return new UpgradeRefusal(null, code, message, options);
  }
}
