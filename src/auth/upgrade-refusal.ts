/** Why a socket's upgrade is turned down: by an HTTP answer, or, where a browser must be able to read it, by a close code. */
export class UpgradeRefusal extends Error {
  override readonly name = 'UpgradeRefusal';

  private constructor(
    /** HTTP status, or null when the socket is accepted and closed at once. */
    readonly status: number | null,
    readonly closeCode: number | null,
    message: string,
    /** Seconds, for `Retry-After`. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  static http(status: number, message: string, retryAfter?: number): UpgradeRefusal {
    return new UpgradeRefusal(status, null, message, retryAfter);
  }

  /** Accepts the socket, then closes it with `code`. */
  static close(code: number, reason: string): UpgradeRefusal {
    return new UpgradeRefusal(null, code, reason);
  }
}
