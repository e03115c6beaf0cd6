// Draws the icons of an installed screen from web/public/icon.svg: `node tools/generate/icons.mjs` (needs Chromium).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import process from 'node:process';

const PUBLIC = join(import.meta.dirname, '../../web/public');
/** To the edge: a launcher cuts its own shape out of the middle. */
const drawing = readFileSync(join(PUBLIC, 'icon.svg'), 'utf8').replace(/ rx="\d+"/, '');

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', chromiumSandbox: false });
for (const size of [192, 512]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const inner = drawing.replace('<svg ', `<svg width="${String(size)}" height="${String(size)}" style="display:block" `);
  await page.setContent(`<body style="margin:0;background:#0d4f6b">${inner}</body>`);
  writeFileSync(join(PUBLIC, `icon-${String(size)}.png`), await page.screenshot());
}
await browser.close();
