import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Debian keeps servers out of other users' PATH. */
const PLACES = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];

/** The path of a program of the machine; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  return PLACES.map((place) => join(place, name)).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Reports a test that lacks its program, and fails where everything must be tried. */
export function itIsInstalled(what: string, isInstalled: boolean): void {
  it(`${what} is installed`, ({ skip }) => {
    if (isInstalled) return;
    console.warn(`\n!!! NOT TRIED: ${what} is not installed on this machine (.ci/run installs it)\n`);
    if (process.env['CI'] === 'true') expect.fail(`${what} is not installed, and CI must try everything`);
    skip();
  });
}
