import { parseArgs } from 'node:util';
import { UsageError, messageOf, type Invocation } from './invocation.js';

export interface PressOptions {
  readonly stationId: string;
  /** The kind of call; by the station's kind when not named. */
  readonly type: string | undefined;
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly insecure: boolean;
}

export const PRESS_USAGE = `usage: npm run press -- STATION [TYPE] [--data-dir DIR] [--url URL] [--insecure]

  STATION   as in first-run.json, for example icu-101-bed
  TYPE      the kind of call: patient_normal at a bed, bath_emergency in a bathroom,
            staff_assist at a console, when not named`;

const FLAGS = {
  help: { type: 'boolean', default: false },
  insecure: { type: 'boolean', default: false },
  url: { type: 'string' },
  'data-dir': { type: 'string' },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${PRESS_USAGE}`);
  }
}

export function readPressOptions({ args, env }: Invocation): PressOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [stationId, type, ...more] = positionals;
  if (stationId === undefined || more.length > 0) throw new UsageError(PRESS_USAGE);
  return {
    stationId,
    type,
    url: values.url,
    dataDir: values['data-dir'] ?? env.DATA_DIR ?? './var',
    insecure: values.insecure,
  };
}
