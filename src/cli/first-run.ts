import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandFailed, EXIT } from './exit.js';

const station = z.object({ id: z.string(), key: z.string(), dept: z.string(), kind: z.enum(['bedside', 'bathroom', 'staff_console']) });
const person = z.object({ username: z.string(), password: z.string() });
const firstRunFile = z.object({
  url: z.url(),
  admin: person,
  staff: z.array(person.extend({ role: z.string(), departments: z.array(z.string()) })),
  stations: z.array(station),
});
export type FirstRun = z.infer<typeof firstRunFile>;

/** The demo hospital's people and stations, and the certificate to trust beside the system's. */
export interface DemoAccess {
  readonly firstRun: FirstRun;
  readonly ca: Buffer | undefined;
}

/** Reads the passwords and station keys that the first start left in DATA_DIR. @throws CommandFailed */
export function readDemoAccess(dataDir: string): DemoAccess {
  const file = join(dataDir, 'first-run.json');
  if (!existsSync(file))
    throw new CommandFailed(EXIT.noInput, `no first-run.json in ${dataDir}: start Wardline there once, or name its folder with --data-dir`);
  const parsed = firstRunFile.safeParse(jsonOf(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new CommandFailed(EXIT.data, `${file} is not what a first start writes`);
  const certificate = join(dataDir, 'tls', 'cert.pem');
  return { firstRun: parsed.data, ca: existsSync(certificate) ? readFileSync(certificate) : undefined };
}

/** @returns undefined for a text that is none: it holds passwords, and the parser's message would quote it */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
