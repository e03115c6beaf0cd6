import type { FromWorker, ToWorker } from './messages.js';

type Handlers = { [K in ToWorker['kind']]: (message: Extract<ToWorker, { kind: K }>) => void };

/** The worker's end of the channel to its supervisor. */
export class SupervisorLink {
  /** While it loads there is nothing to end in order, and the port must be free for another supervisor. */
  private readonly goneEarly = () => process.exit(1);

  /** @throws Error when this process is nobody's worker */
  constructor() {
    if (!process.send) throw new Error('a worker is started by its supervisor: run `npm start`');
    process.once('disconnect', this.goneEarly);
  }

  /**
   * Messages that came before are delivered now.
   * @param onGone the supervisor has ended, in whatever way
   */
  listen(handlers: Handlers, onGone: () => void): void {
    process.on('message', (message: ToWorker) => {
      const handle = handlers[message.kind] as (message: ToWorker) => void;
      handle(message);
    });
    process.off('disconnect', this.goneEarly);
    process.once('disconnect', onGone);
    if (!process.connected) onGone();
  }

  /** Resolves when the channel has taken the message, or is gone. */
  send(message: FromWorker): Promise<void> {
    return new Promise((resolve) => {
      if (!process.connected || !process.send) resolve();
      else
        process.send(message, undefined, undefined, () => {
          resolve();
        });
    });
  }
}
