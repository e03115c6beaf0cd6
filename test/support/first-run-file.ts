import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FirstRun, TestWardline } from './wardline.js';

/** A program's data folder as the target of requests. */
export function readFirstRun(dataDir: string, url: string): TestWardline {
  const firstRun = JSON.parse(readFileSync(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;
  return { url, ca: readFileSync(join(dataDir, 'tls', 'cert.pem')), firstRun } as unknown as TestWardline;
}
