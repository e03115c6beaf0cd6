import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandFailed, EXIT } from '../exit.js';
import { pressCommand } from './press.js';

let folder: string;
let server: Server;
let answer: { status: number; code: string };
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardline-press-'));
  server = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: answer.code, message: 'refused' } }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function firstRun(): string {
  const stations = [{ id: 'icu-101-bed', key: 'k', dept: 'icu', kind: 'bedside' }];
  return JSON.stringify({ url, admin: { username: 'admin', password: 'p' }, staff: [], stations });
}

async function exitOf(text: string): Promise<number | undefined> {
  writeFileSync(join(folder, 'first-run.json'), text);
  const error: unknown = await pressCommand()
    .parseAsync(['icu-101-bed', '--data-dir', folder], { from: 'user' })
    .catch((reason: unknown) => reason);
  return error instanceof CommandFailed ? error.exitCode : undefined;
}

describe('wardline press', () => {
  it.each([
    [503, 'UNAVAILABLE', EXIT.unavailable],
    [409, 'CALL_TYPE_NOT_ALLOWED', EXIT.data],
  ])('that is answered %i %s ends with %i', async (status, code, exit) => {
    answer = { status, code };
    expect(await exitOf(firstRun())).toBe(exit);
  });

  it('with a first-run.json that is cut short, or is another file, ends with 65', async () => {
    expect(await exitOf(firstRun().slice(0, -5))).toBe(EXIT.data);
    expect(await exitOf('{}')).toBe(EXIT.data);
  });
});
