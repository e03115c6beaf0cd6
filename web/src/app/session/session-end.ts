import { type Wardline, WardlineError } from '@wardline/client';

/** A session that ends later than this needs no warning. */
const SOON_MS = 900_000;
/** The clocks of the server and of this device differ, and the server looks at sessions in rounds. */
const TOLERANCE_MS = 5000;

/** The end of the session, of which the server warns. Any request renews the idle time; nothing renews the longest time. */
export class SessionEnd {
  private endsAt: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly undos: readonly (() => void)[];

  /** @param ended called when the session is found over although no socket said so */
  constructor(
    private readonly client: Wardline,
    private readonly ended: () => void,
  ) {
    this.undos = [
      client.on('session_expiring', ({ in_sec }) => {
        this.expect(Date.now() + in_sec * 1000);
      }),
      // A device that slept over the end learns of it when it connects again.
      client.on('status', ({ phase, reason }) => {
        if (phase === 'stopped' && reason === 'AUTH_INVALID') ended();
      }),
    ];
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** By this device's clock; undefined: not soon. */
  readonly get = (): number | undefined => this.endsAt;

  get isOver(): boolean {
    return this.endsAt !== undefined && Date.now() >= this.endsAt - TOLERANCE_MS;
  }

  /**
   * Asks for the session, which renews its idle time.
   * @returns false where that moved the end no further: the session has had its longest time
   * @throws WardlineError
   */
  async renew(): Promise<boolean> {
    const before = this.endsAt ?? 0;
    try {
      const left = Date.parse((await this.client.session()).expires_at) - this.client.serverNow();
      const endsAt = Date.now() + left;
      this.expect(left > SOON_MS ? undefined : endsAt);
      return left > SOON_MS || endsAt > before + TOLERANCE_MS;
    } catch (error) {
      if (!(error instanceof WardlineError && error.status === 401)) throw error;
      this.ended();
      return false;
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.listeners.clear();
    for (const undo of this.undos) undo();
  }

  private expect(endsAt: number | undefined): void {
    clearTimeout(this.timer);
    this.endsAt = endsAt;
    if (endsAt !== undefined) this.timer = setTimeout(this.look, Math.max(0, endsAt - Date.now()) + TOLERANCE_MS);
    for (const listener of [...this.listeners]) listener();
  }

  /** A command may have renewed the session meanwhile, and nothing says so. */
  private readonly look = (): void => {
    this.renew().catch(() => {
      this.timer = setTimeout(this.look, TOLERANCE_MS);
    });
  };
}
