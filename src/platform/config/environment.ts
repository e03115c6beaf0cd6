import { existsSync, readFileSync } from 'node:fs';
import { ConfigError, SETTING_NAMES } from './config.js';
import { parseEnvFile } from './env-file.js';

const FILE = '.env';
/** They are for Node, for its libraries, or for OpenTelemetry, and no settings of ours. */
const NAMES_OF_OTHERS = /^(NODE_|OTEL_|UV_|SSL_CERT_)|^(TZ|NO_COLOR|FORCE_COLOR)$/;

/**
 * The process's environment, with `.env` in the working directory under it. The one place that reads either.
 * @param own the names of the settings that a hospital adds; `unchecked` where only a child of this process knows them, and has checked
 * @throws ConfigError with one line for each line of `.env` that cannot be read, and for each name in it that is no setting
 */
export function environment(own: readonly string[] | 'unchecked' = []): Readonly<Record<string, string | undefined>> {
  if (!existsSync(FILE)) return process.env;
  const names = own === 'unchecked' ? SETTING_NAMES : [...SETTING_NAMES, ...own];
  const isKnown = (name: string) => own === 'unchecked' || NAMES_OF_OTHERS.test(name) || names.includes(name);
  const { values, problems } = parseEnvFile(readEnvFile(), isKnown, names);
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `${FILE} ${problem}`));
  for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
  return process.env;
}

/** True when `npm start` is this process's parent. */
export function isRunByNpm(): boolean {
  return process.env['npm_lifecycle_event'] === 'start';
}

/** The PostgreSQL that tests may make databases on. */
export function testServerUrl(): string | undefined {
  return process.env['TEST_DATABASE_URL'];
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
