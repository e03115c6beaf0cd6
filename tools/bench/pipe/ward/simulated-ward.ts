import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import type { Bench } from '../bench.js';
import { WardlineServer } from './wardline-server.js';

const percentiles = z.object({ count: z.number(), p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() });

/** The output of `npm run simulate`, as far as it is read here. */
const resultSchema = z.object({
  passed: z.boolean(),
  failures: z.array(z.string()),
  counts: z.looseObject({ presses: z.number(), errors: z.number(), requests: z.number(), error_rate: z.number() }),
  milliseconds: z.looseObject({ button_to_screen_each: percentiles }),
  streams: z.looseObject({ gaps: z.number(), skippedEvents: z.number() }),
  audit: z.looseObject({ lost: z.number() }).optional(),
  server: z.looseObject({ cpu_share: z.number(), rss_mb: z.number() }).optional(),
});
export type WardResult = z.infer<typeof resultSchema>;

/** A Wardline with the demo hospital, whose administrator makes the simulated wards. */
export async function startSimulatedHospital({ database, tls, atEnd }: Bench): Promise<WardlineServer> {
  const server = await WardlineServer.start({ databaseUrl: database.url, tls, env: { SEED_DEMO: 'true' } });
  atEnd(() => server.stop());
  if (tls) {
    // The place where the simulation looks for the certificate to trust.
    mkdirSync(join(server.dataDir, 'tls'), { recursive: true });
    copyFileSync(tls.cert, join(server.dataDir, 'tls', 'cert.pem'));
  }
  return server;
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** Runs a profile against the server, in a process of its own. @param profile S1, S2 or S3 */
export async function simulate({ options, tls, atEnd }: Bench, server: WardlineServer, profile: string): Promise<WardResult> {
  const file = join(server.dataDir, `simulate-${profile}.json`);
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${String(server.port)}`;
  const program = join(packageRoot(), 'dist', 'tools', 'simulate', 'main.js');
  const args = [program, profile, '--url', url, '--data-dir', server.dataDir, '--minutes', String(options.minutes), '--json', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = exitOf(child);
  atEnd(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const code = await exited;
  try {
    return resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error(`the simulation of ${profile} ended with ${String(code)} and left no result`, { cause });
  }
}
