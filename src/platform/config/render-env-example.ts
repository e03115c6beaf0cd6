import { z } from 'zod';
import { CONCERNS } from './config.js';
import type { OwnSettings } from './own-settings.js';
import type { SettingMeta } from './settings/setting.js';

const WIDTH = 100;

function wrapped(comment: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of comment.split(' ')) {
    if (line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

function entry(name: string, schema: z.ZodType): string[] {
  const meta = schema.meta() as unknown as SettingMeta;
  const fixed = schema instanceof z.ZodDefault && !Array.isArray(schema.def.defaultValue);
  const note = meta.defaultNote ?? (fixed ? undefined : 'none');
  const comment = note === undefined ? meta.doc : `${meta.doc} Default: ${note}.`;
  return [...wrapped(comment), fixed ? `${name}=${meta.example}` : `# ${name}=${meta.example}`, ''];
}

/** The text of `.env.example`: each setting with its comment and default, or commented out with an example; a hospital's own at the end. */
export function renderEnvExample(own?: OwnSettings): string {
  const lines = ['# Every setting of Wardline with its default. Empty counts as not given.', ''];
  const concerns: [string, z.ZodObject][] = [
    ...Object.entries(CONCERNS),
    ...(own ? [[own.name, own.schema] as [string, z.ZodObject]] : []),
  ];
  for (const [concern, schema] of concerns) {
    lines.push(`# --- ${concern} ---`, '');
    for (const [name, setting] of Object.entries<z.ZodType>(schema.shape)) lines.push(...entry(name, setting));
  }
  return lines.join('\n');
}
