interface SignalHandlers {
  /** SIGTERM or SIGINT, the first one; a second one ends the process at once with 1. */
  readonly stop: (signal: NodeJS.Signals) => void;
  /** Right before that end. */
  readonly end?: () => void;
  /** SIGHUP. */
  readonly reload?: () => void;
}

/** Also before there is anything to stop: handlers are told at once. */
export function onSignals({ stop, end, reload }: SignalHandlers): void {
  let stopping = false;
  const onStop = (signal: NodeJS.Signals) => {
    if (!stopping) {
      stopping = true;
      stop(signal);
      return;
    }
    end?.();
    process.exit(1);
  };
  process.on('SIGTERM', onStop);
  process.on('SIGINT', onStop);
  // A terminal that is closed says SIGHUP too, and means the end.
  process.on('SIGHUP', reload && !process.stdout.isTTY ? reload : onStop);
}
