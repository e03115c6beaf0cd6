import { existsSync, readFileSync } from 'node:fs';
import { ConfigError, SETTING_NAMES } from './config.js';
import { parseEnvFile } from './env-file.js';

const FILE = '.env';
/** They are for Node, for its libraries, or for OpenTelemetry, and no settings of ours. */
const NAMES_OF_OTHERS = /^(NODE_|OTEL_|UV_|SSL_CERT_)|^(TZ|NO_COLOR|FORCE_COLOR)$/;

/**
 * The process's environment, with `.env` in the working directory under it. The one place that reads either.
 * @throws ConfigError with one line for each line of `.env` that cannot be read, and for each name in it that is no setting
 */
export function environment(): Readonly<Record<string, string | undefined>> {
  if (!existsSync(FILE)) return process.env;
  const { values, problems } = parseEnvFile(
    readEnvFile(),
    (name) => NAMES_OF_OTHERS.test(name) || SETTING_NAMES.includes(name),
    SETTING_NAMES,
  );
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `${FILE} ${problem}`));
  for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
  return process.env;
}

/** Whether `npm start` is this process's parent. */
export function isRunByNpm(): boolean {
  return process.env['npm_lifecycle_event'] === 'start';
}

function readEnvFile(): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(FILE));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([
      `${FILE}: ${code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8 text' : `cannot be read (${code ?? 'failed'})`}; example: PORT=8443`,
    ]);
  }
}
