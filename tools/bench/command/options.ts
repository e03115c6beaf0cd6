import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf, UsageError } from '../client/invocation.js';

/**
 * Parses the flags; a value that is no flag is a person's mistake.
 * @throws UsageError
 */
export function parseFlags<const Config extends ParseArgsConfig>(
  args: readonly string[],
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs({ ...config, args: [...args] }) as ReturnType<typeof parseArgs<Config>>;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** @throws UsageError unless it is a whole number from 1 to `most` */
export function count(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && value <= most) return value;
  throw new UsageError(`--${flag} takes a whole number from 1 to ${String(most)}`);
}

/** The PostgreSQL that was named, if any was. @throws UsageError for another kind of address */
export function postgresUrl(url: string | undefined): string | undefined {
  if (url === undefined || /^postgres(ql)?:\/\//.test(url)) return url;
  throw new UsageError('--url must start with postgresql://');
}
