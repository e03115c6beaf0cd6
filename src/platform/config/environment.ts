import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';

/** The process's environment, with `.env` in the working directory under it. The one place that reads either. */
export function environment(): Readonly<Record<string, string | undefined>> {
  if (existsSync('.env')) loadEnvFile('.env');
  return process.env;
}
