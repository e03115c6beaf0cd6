import { count, parseFlags } from '../command/options.js';

export interface LeaveOptions {
  readonly sockets: number;
  /** SHUTDOWN_DRAIN_SEC, or RESTART_DRAIN_SEC. */
  readonly windowSec: number;
  /** SHUTDOWN_RECONNECT_SEC */
  readonly reconnectSec: number;
  readonly plain: boolean;
  readonly memory: boolean;
  readonly out: string;
}

const MOST_SOCKETS = 5000;

export function usage(name: string, windowSec: number): string {
  return `usage: node dist/bench/${name}/main.js [options]
  --sockets N      screens that follow a department (default 400, at most ${String(MOST_SOCKETS)})
  --window SEC     how long the node has to send them away (default ${String(windowSec)})
  --reconnect SEC  clients are spread over this long (default 5)
  --plain          without TLS
  --memory         restart: by memory over its threshold, which takes half a minute, instead of SIGHUP
  --out FILE       where the JSON goes (default tools/bench/results/${name}.json)`;
}

/** @throws UsageError; undefined when only help was asked for */
export function readOptions(name: string, windowSec: number, args: readonly string[]): LeaveOptions | undefined {
  const options = {
    sockets: { type: 'string', default: '400' },
    window: { type: 'string', default: String(windowSec) },
    reconnect: { type: 'string', default: '5' },
    plain: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    out: { type: 'string', default: `tools/bench/results/${name}.json` },
    help: { type: 'boolean', default: false },
  } as const;
  const { values } = parseFlags(args, { options });
  if (values.help) return undefined;
  return {
    sockets: count('sockets', values.sockets, MOST_SOCKETS),
    windowSec: count('window', values.window, 3600),
    reconnectSec: count('reconnect', values.reconnect, 3600),
    plain: values.plain,
    memory: values.memory,
    out: values.out,
  };
}
