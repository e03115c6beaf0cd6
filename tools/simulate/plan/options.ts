import { UsageError, type Invocation } from '../../bench/client/invocation.js';
import { parseFlags } from '../../bench/command/options.js';
import { FULL_MINUTES, PROFILES, SHORT_MINUTES, type Profile } from './profiles.js';

export interface SimulateOptions {
  readonly profile: Profile;
  readonly short: boolean;
  readonly minutes: number;
  readonly warmUpSec: number;
  readonly seed: number;
  /** Multiplies the nurses' delays: 0.5 is a hurried ward. */
  readonly pace: number;
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly insecure: boolean;
  readonly jsonFile: string | undefined;
  readonly admin: { readonly username: string; readonly password: string } | undefined;
}

export const USAGE = `usage: npm run simulate -- [S1|S2|S3] [options]   (S1 when nothing is named)

  --short              2 minutes instead of 10
  --minutes T          another length
  --nurses N           nurses in all, instead of the profile's
  --presses M          presses a minute in all
  --departments D      departments they are spread over
  --url URL            a running Wardline on this machine (default: first-run.json's)
  --data-dir DIR       Wardline's data directory (default: DATA_DIR or ./var)
  --admin-user NAME    an administrator, when there is no first-run.json; the password is read
                       from WARDLINE_ADMIN_PASSWORD (the name may be in WARDLINE_ADMIN_USER)
  --warm-up SEC        not counted, before the measured time (default 10)
  --pace F             multiplies the nurses' delays (default 1)
  --seed N             of the random numbers (default 1)
  --json FILE          where the result goes (default tools/bench/results/simulate-….json)
  --insecure           do not verify the server's certificate`;

const FLAGS = {
  short: { type: 'boolean', default: false },
  insecure: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  minutes: { type: 'string' },
  nurses: { type: 'string' },
  presses: { type: 'string' },
  departments: { type: 'string' },
  url: { type: 'string' },
  'data-dir': { type: 'string' },
  'admin-user': { type: 'string' },
  'warm-up': { type: 'string' },
  pace: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'string' },
} as const;

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

function numberOf(flag: string, text: string | undefined, fallback: number, bounds: Bounds): number {
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const fits = value >= bounds.min && value <= bounds.max;
  if (fits && (!bounds.integer || Number.isInteger(value))) return value;
  const kind = bounds.integer ? 'a whole number' : 'a number';
  throw new UsageError(`--${flag} must be ${kind} from ${String(bounds.min)} to ${String(bounds.max)}, not "${text}"`);
}

function whole(min: number, max: number): Bounds {
  return { min, max, integer: true };
}

function broken(min: number, max: number): Bounds {
  return { min, max, integer: false };
}

function baseProfile(positionals: readonly string[]): Profile {
  const name = positionals[0] ?? 'S1';
  const profile = PROFILES[name.toUpperCase()];
  if (profile === undefined || positionals.length > 1) {
    throw new UsageError(`no profile "${positionals.join(' ')}": ${Object.keys(PROFILES).join(', ')}`);
  }
  return profile;
}

function adminOf(name: string | undefined, env: Invocation['env']): SimulateOptions['admin'] {
  const username = name ?? env.WARDLINE_ADMIN_USER;
  const password = env.WARDLINE_ADMIN_PASSWORD;
  if (username === undefined && password === undefined) return undefined;
  if (password === undefined) {
    throw new UsageError('an administrator was named: put the password in WARDLINE_ADMIN_PASSWORD');
  }
  return { username: username ?? 'admin', password };
}

/** Reads what was asked for; `help` when that is all that was asked for. */
export function readOptions({ args, env }: Invocation): SimulateOptions | 'help' {
  const { values, positionals } = parseFlags(args, { options: FLAGS, allowPositionals: true });
  if (values.help) return 'help';
  const base = baseProfile(positionals);
  const nurses = numberOf('nurses', values.nurses, base.nurses, whole(1, 5000));
  const defaultDepartments = Math.min(base.departments, nurses);
  const profile: Profile = {
    ...base,
    nurses,
    departments: numberOf('departments', values.departments, defaultDepartments, whole(1, nurses)),
    pressesPerMinute: numberOf('presses', values.presses, base.pressesPerMinute, whole(1, 20_000)),
  };
  const changed = values.nurses ?? values.presses ?? values.departments;
  const minutes = values.short ? SHORT_MINUTES : FULL_MINUTES;
  return {
    profile: changed === undefined ? profile : { ...profile, name: `${base.name}-changed`, goals: {} },
    short: values.short,
    minutes: numberOf('minutes', values.minutes, minutes, broken(0.05, 240)),
    warmUpSec: numberOf('warm-up', values['warm-up'], 10, broken(0, 300)),
    seed: numberOf('seed', values.seed, 1, whole(0, 2 ** 32 - 1)),
    pace: numberOf('pace', values.pace, 1, broken(0.01, 100)),
    url: values.url,
    dataDir: values['data-dir'] ?? env.DATA_DIR ?? './var',
    insecure: values.insecure,
    jsonFile: values.json,
    admin: adminOf(values['admin-user'], env),
  };
}
