import { parseArgs } from 'node:util';

/** The options that every command has. */
const COMMON = { hospital: { type: 'string' }, json: { type: 'boolean' } } as const;

/** `wardline`, `wardline start`, with the options that every command has: the start, which loads no other command. */
export function startArguments(args: readonly string[]): { readonly hospital?: string } | undefined {
  const { values, positionals } = parseArgs({ args: [...args], options: COMMON, strict: false, allowPositionals: true });
  const [command = 'start', ...further] = positionals;
  if (command !== 'start' || further.length > 0 || Object.keys(values).some((name) => !(name in COMMON))) return undefined;
  const { hospital } = values;
  if (hospital === undefined) return {};
  return typeof hospital === 'string' ? { hospital } : undefined;
}
