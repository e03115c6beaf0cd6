import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError, messageOf } from './invocation.js';

const stationSchema = z.object({
  id: z.string(),
  key: z.string(),
  dept: z.string(),
  room_id: z.string(),
  kind: z.enum(['bedside', 'bathroom', 'staff_console']),
});

const firstRunSchema = z.object({
  url: z.url(),
  admin: z.object({ username: z.string(), password: z.string() }),
  staff: z.array(z.object({ username: z.string(), password: z.string(), departments: z.array(z.string()) })).default([]),
  stations: z.array(stationSchema),
});

export type FirstRun = z.infer<typeof firstRunSchema>;
export type FirstRunStation = FirstRun['stations'][number];

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The credentials that the demo hospital's first start left in its data directory, if it did. */
export function findFirstRun(dataDir: string): FirstRun | undefined {
  const file = join(dataDir, 'first-run.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
  }
  try {
    return firstRunSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new UsageError(`${file} is not what a first run writes: ${messageOf(error).slice(0, 300)}`);
  }
}

export function readFirstRun(dataDir: string): FirstRun {
  const found = findFirstRun(dataDir);
  if (found !== undefined) return found;
  throw new UsageError(
    `no first-run.json in ${dataDir}: start Wardline there once (npm start), or name its data directory with --data-dir`,
  );
}
