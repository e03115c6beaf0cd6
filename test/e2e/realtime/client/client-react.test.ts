import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { CHROMIUM, launchChromium } from '../../../support/screens/browser.js';
import { itIsInstalled } from '../../../support/servers/installed.js';
import { eventually } from '../../../support/eventually.js';

/** A screen on the hooks, over the server in memory. */
const SCREEN = `
  import { createElement as h, StrictMode } from 'react';
  import { createRoot } from 'react-dom/client';
  import { createClient } from './index.js';
  import { useCall, useCommand, useDepartment, useStatus, WardlineProvider } from './react/index.js';
  import { createFakeServer } from './testing/index.js';

  const server = createFakeServer();
  const client = createClient({ url: server.url, fetch: server.fetch, WebSocket: server.WebSocket });
  const seen = (window.seen = { renders: 0, pictures: new Set(), pending: false });

  function Call({ id }) {
    const call = useCall('icu', id);
    const { run, pending, error } = useCommand((one) => one.calls.accept);
    if (pending) seen.pending = true;
    return h('li', null,
      h('span', { className: 'state' }, call?.state),
      h('span', { className: 'error' }, error?.code),
      h('button', { onClick: () => void run(id) }, 'accept'));
  }
  function Screen() {
    const picture = useDepartment('icu');
    const { phase } = useStatus();
    seen.renders += 1;
    seen.pictures.add(picture);
    return h('main', null, h('h1', null, phase), h('ul', null, picture.calls.map(({ id }) => h(Call, { key: id, id }))));
  }
  const root = createRoot(document.body);
  root.render(h(StrictMode, null, h(WardlineProvider, { client }, h(Screen), h(Screen))));
  Object.assign(window, { server, client, root });`;

describe('the React hooks', () => {
  itIsInstalled('Chromium', CHROMIUM !== undefined);
  if (CHROMIUM === undefined) return;

  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: SCREEN, resolveDir: join(packageRoot(), 'packages', 'client', 'src'), loader: 'js' },
      ...{ bundle: true, write: false, format: 'iife', platform: 'browser', target: 'es2022' },
      define: { 'process.env.NODE_ENV': '"development"' },
    });
    browser = await launchChromium();
    page = await browser.newPage();
    await page.route('**/*', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>hooks</title><body></body>' }),
    );
    await page.goto('http://127.0.0.1/');
    await page.evaluate(outputFiles[0]?.text ?? '');
  });
  afterAll(() => browser.close());
  const until = (expression: string) => eventually(async () => ((await page.evaluate<unknown>(expression)) ? true : undefined), expression);

  it('have one connection under StrictMode however many components follow, and render a picture once', async () => {
    await until(`document.querySelector('h1')?.textContent === 'live'`);
    expect(await page.evaluate('server.connections')).toBe(1);
    await page.evaluate(`server.press('icu'); undefined`);
    await until(`document.querySelectorAll('li').length === 2`);
    expect(await page.evaluate('server.connections')).toBe(1);
    // Before the snapshot, with it, and with the call: no render makes a picture of its own.
    expect(await page.evaluate('seen.pictures.size')).toBeLessThanOrEqual(5);
  });

  it('give a command its state: pending, done, and the code of a refusal', async () => {
    await page.evaluate(`server.slowAnswers(50); document.querySelector('button').click()`);
    await until(`document.querySelector('.state').textContent === 'accepted'`);
    await until(`seen.pending`);
    await page.evaluate(`document.querySelectorAll('button')[1].click()`);
    await until(`document.querySelectorAll('.error')[1].textContent === 'CALL_ALREADY_ACCEPTED'`);
    expect(await page.evaluate(`document.querySelectorAll('.error')[0].textContent`)).toBe('');
    expect(await page.evaluate('server.effects.length')).toBe(1);
  });

  it('let the department go with the last component', async () => {
    await page.evaluate('root.unmount()');
    await until('server.connections === 0');
    expect(await page.evaluate('client.status.phase')).toBe('connecting');
  });
});
