/* global crypto, fetch */
// A built server with the demo hospital in an embedded database of its own, and the hands that the tools for the screens need.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const ROOT = join(import.meta.dirname, '..');
const TRIES = 300;
const LOOK_MS = 200;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const isReady = (url) =>
  fetch(`${url}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );

export class OwnServer {
  constructor(child, url, dataDir) {
    this.child = child;
    this.url = url;
    this.dataDir = dataDir;
    this.firstRun = JSON.parse(readFileSync(join(dataDir, 'first-run.json'), 'utf8'));
    this.passwords = new Map([this.firstRun.admin, ...this.firstRun.staff].map((one) => [one.username, one.password]));
  }

  static async start() {
    const dataDir = mkdtempSync(join(tmpdir(), 'wardline-own-'));
    const port = await freePort();
    const settings = { DATA_DIR: dataDir, PORT: String(port), REQUIRE_WSS: 'false', SUPERVISOR: 'off', LOG_FORMAT: 'json' };
    const env = { ...process.env, ...settings, HTTP_RATE_LIMIT: '0' };
    const child = spawn(process.execPath, [join(ROOT, 'dist/src/main.js')], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const url = `http://127.0.0.1:${String(port)}`;
    for (let tries = 0; tries < TRIES && child.exitCode === null; tries++) {
      if (await isReady(url)) return new OwnServer(child, url, dataDir);
      await sleep(LOOK_MS);
    }
    child.kill('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
    throw new Error('the server is not ready');
  }

  async stop() {
    const { child } = this;
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** @returns the call */
  async press(station, type) {
    const { key } = this.firstRun.stations.find((one) => one.id === station);
    return (await this.send({ Authorization: `Bearer ${key}` })('POST', '/stations/self/calls', { type })).body;
  }

  /** A person's side of the API. */
  async as(username) {
    const { cookies, body } = await this.send({})('POST', '/auth/login', { username, password: this.passwords.get(username) });
    return this.send({ Cookie: cookies.map((one) => one.split(';')[0]).join('; '), 'X-CSRF-Token': body.csrf_token });
  }

  /** A page on which somebody has signed in by the form. */
  async signIn(page, username) {
    await page.goto(this.url);
    await page.fill('#username', username);
    await page.fill('#password', this.passwords.get(username));
    await page.press('#password', 'Enter');
    await page.waitForURL(/\/(app|console)$/);
  }

  send(headers) {
    return async (method, path, body = {}) => {
      const answer = await fetch(`${this.url}/api/v1${path}`, {
        method,
        headers: { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${String(answer.status)} ${await answer.text()}`);
      const text = await answer.text();
      return { cookies: answer.headers.getSetCookie(), body: text === '' ? undefined : JSON.parse(text) };
    };
  }
}

export function launchBrowser() {
  return chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args: ['--disable-gpu'] });
}
