import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ServerLog } from '../support/server-log.js';
import { connectWhenReady } from './readiness.js';

const folder = mkdtempSync(join(tmpdir(), 'wardline-readiness-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A server that is there, and lets nobody in. */
const silent = { pid: 1, hasEnded: false, ended: new Promise<string>(() => undefined) };

describe('a server that does not become ready', () => {
  it('is given up sooner when its log says that the disk was full', async () => {
    const log = new ServerLog(folder);
    await log.begin();
    const limits = { readyMs: 3_600_000, fullDiskMs: 20 };
    appendFileSync(
      log.path,
      'LOG:  database system was not properly shut down\nERROR:  could not write to file "x": No space left on device\n',
    );
    await expect(connectWhenReady(silent, folder, 'postgresql://nobody@127.0.0.1:1/x', log, limits)).rejects.toThrow(/full disk/);
  });

  it('has its time when the log of this start says nothing of a full disk', async () => {
    const log = new ServerLog(folder);
    // The line of the start before is in another file now.
    await log.begin();
    const limits = { readyMs: 100, fullDiskMs: 20 };
    await expect(connectWhenReady(silent, folder, 'postgresql://nobody@127.0.0.1:1/x', log, limits)).rejects.toThrow(/within 0.1 s/);
  });
});
