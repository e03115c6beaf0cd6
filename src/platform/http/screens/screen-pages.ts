import { readFileSync } from 'node:fs';
import { StartRefused } from '../../common/start-refused.js';
import type { ScreenSettings } from '../../config/settings/screen.settings.js';
import { type ScreenFile, toScreenFile } from './screen-files.js';

const STYLE = '/hospital.css';
const MAX_STYLE_BYTES = 65_536;

/**
 * The files of the build with what a hospital sets: its colours and ways to the server as `<meta>` of each page, its own style after ours.
 * @throws StartRefused for a style that cannot be read
 */
export function withSettings(files: ReadonlyMap<string, ScreenFile>, settings: ScreenSettings): ReadonlyMap<string, ScreenFile> {
  const { SCREEN_COLOURS, SCREEN_STYLE_FILE, SCREEN_TRANSPORTS } = settings;
  const head = [
    `<meta name="wardline-colours" content="${SCREEN_COLOURS}" />`,
    ...(SCREEN_TRANSPORTS.length > 0 ? [`<meta name="wardline-transports" content="${SCREEN_TRANSPORTS.join(' ')}" />`] : []),
    ...(SCREEN_STYLE_FILE === undefined ? [] : [`<link rel="stylesheet" href="${STYLE}" />`]),
  ].join('\n    ');
  const all = new Map(files);
  for (const [path, { plain }] of files)
    if (path.endsWith('/index.html'))
      all.set(
        path,
        toScreenFile(
          '.html',
          plain.toString().replace('</head>', () => `  ${head}\n  </head>`),
        ),
      );
  if (SCREEN_STYLE_FILE !== undefined && files.size > 0) all.set(STYLE, toScreenFile('.css', readStyle(SCREEN_STYLE_FILE)));
  return all;
}

function readStyle(file: string): string {
  let style: Buffer;
  try {
    style = readFileSync(file);
  } catch (error) {
    throw new StartRefused([`SCREEN_STYLE_FILE: ${file} cannot be read (${error instanceof Error ? error.message : String(error)})`]);
  }
  if (style.length > MAX_STYLE_BYTES)
    throw new StartRefused([`SCREEN_STYLE_FILE: ${file} is larger than ${String(MAX_STYLE_BYTES)} bytes`]);
  return style.toString();
}
