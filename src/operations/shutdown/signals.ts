import { isatty } from 'node:tty';

/**
 * Signals that come closer together are one wish, whatever way they take: a terminal signals the whole group and npm passes its own on,
 * init systems and containers signal every process.
 */
export const TOGETHER_MS = 1000;
const PARENT_CHECK_MS = 500;

interface SignalHandlers {
  /** SIGTERM or SIGINT, the first one. A later one, after `TOGETHER_MS`, ends the process at once with 1. */
  readonly stop: (reason: string) => void;
  /** Right before that end. */
  readonly end?: () => void;
  /** SIGHUP. */
  readonly reload?: () => void;
  /** The parent's end is a stop too: npm passes SIGTERM and SIGINT on, and nothing else. */
  readonly endsWithParent: boolean;
}

/** Also before there is anything to stop: handlers are called at once. */
export function onSignals({ stop, end, reload, endsWithParent }: SignalHandlers): void {
  let stoppedAt: number | undefined;
  const onStop = (reason: string) => {
    if (stoppedAt === undefined) {
      stoppedAt = performance.now();
      stop(reason);
    } else if (performance.now() - stoppedAt >= TOGETHER_MS) {
      end?.();
      process.exit(1);
    }
  };
  process.on('SIGTERM', onStop);
  process.on('SIGINT', onStop);
  // A terminal that is closed sends SIGHUP too, and means the end.
  const isOnTerminal = isatty(0) || isatty(1) || isatty(2);
  // The end of a session sends SIGHUP and SIGTERM.
  const onHangUp = () => {
    setTimeout(() => {
      if (stoppedAt === undefined) reload?.();
    }, TOGETHER_MS);
  };
  process.on('SIGHUP', reload && !isOnTerminal ? onHangUp : onStop);
  if (endsWithParent) {
    onParentGone(() => {
      if (stoppedAt === undefined) onStop('parent gone');
    });
  }
}

function onParentGone(act: () => void): void {
  const { ppid } = process;
  const timer = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(timer);
    act();
  }, PARENT_CHECK_MS).unref();
}
