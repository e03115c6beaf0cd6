import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { screenSettings } from '../../config/settings/screen.settings.js';
import { toScreenFile } from './screen-files.js';
import { withSettings } from './screen-pages.js';

const folder = mkdtempSync(join(tmpdir(), 'wardline-style-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const PAGE = toScreenFile('.html', '<html><head><title>x</title></head><body></body></html>');
const STYLE = toScreenFile('.css', 'a{}');
const FILES = new Map([
  ['/app/index.html', PAGE],
  ['/assets/app.css', STYLE],
]);

const pagesWith = (env: Record<string, string>) => withSettings(FILES, screenSettings.parse(env));

describe('the pages', () => {
  it('name the colours of the hospital, and its ways to the server where it chose some', () => {
    const page = pagesWith({ SCREEN_COLOURS: 'htm-08-03', SCREEN_TRANSPORTS: 'stream,poll' }).get('/app/index.html');
    const text = page?.plain.toString() ?? '';
    expect(text).toContain('<meta name="wardline-colours" content="htm-08-03" />');
    expect(text).toContain('<meta name="wardline-transports" content="stream poll" />');
    expect(text).not.toContain('hospital.css');
    expect(gunzipSync(page?.gzip ?? '').toString()).toBe(text);
    expect(page?.etag).not.toBe(PAGE.etag);
    expect(pagesWith({}).get('/app/index.html')?.plain.toString()).not.toContain('wardline-transports');
  });

  it("load a hospital's own style last, and other files stay as they are", () => {
    const file = join(folder, 'tokens.css');
    writeFileSync(file, ':root{--accent:#7a005c}');
    const pages = pagesWith({ SCREEN_STYLE_FILE: file });
    expect(pages.get('/app/index.html')?.plain.toString()).toMatch(/<link rel="stylesheet" href="\/hospital\.css" \/>\s*<\/head>/);
    expect(pages.get('/hospital.css')?.plain.toString()).toBe(':root{--accent:#7a005c}');
    expect(pages.get('/assets/app.css')).toBe(STYLE);
  });

  it('refuse the start for a style that is missing or too large', () => {
    expect(() => pagesWith({ SCREEN_STYLE_FILE: join(folder, 'none.css') })).toThrow(/SCREEN_STYLE_FILE: .* cannot be read/);
    const large = join(folder, 'large.css');
    writeFileSync(large, ' '.repeat(65_537));
    expect(() => pagesWith({ SCREEN_STYLE_FILE: large })).toThrow(/larger than 65536 bytes/);
  });
});
