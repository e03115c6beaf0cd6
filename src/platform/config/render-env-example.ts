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

/** The comment of a setting, with its bounds. */
export function commentOf({ doc, bounds }: SettingMeta): string {
  return bounds === undefined ? doc : `${doc} Allowed: ${bounds}.`;
}

/** A setting, for programs. */
export interface SettingEntry {
  readonly concern: string;
  readonly name: string;
  readonly doc: string;
  /** As `.env` has it; null where there is none, or where it depends on the machine. */
  readonly default: string | null;
  readonly example: string;
}

function settingEntry(concern: string, name: string, schema: z.ZodType): SettingEntry {
  const meta = schema.meta() as unknown as SettingMeta;
  const { example, defaultNote } = meta;
  const doc = commentOf(meta);
  const isFixed = schema instanceof z.ZodDefault && !Array.isArray(schema.def.defaultValue);
  const note = defaultNote ?? (isFixed ? undefined : 'none');
  return { concern, name, doc: note === undefined ? doc : `${doc} Default: ${note}.`, default: isFixed ? example : null, example };
}

/** Every setting; a hospital's own at the end. */
export function listSettings(own?: OwnSettings): SettingEntry[] {
  const concerns: Record<string, z.ZodObject> = { ...CONCERNS, ...(own && { [own.name]: own.schema }) };
  return Object.entries(concerns).flatMap(([concern, { shape }]) =>
    Object.entries<z.ZodType>(shape).map(([name, schema]) => settingEntry(concern, name, schema)),
  );
}

/** The text of `.env.example`: each setting with its comment and default, or commented out with an example; a hospital's own at the end. */
export function renderEnvExample(own?: OwnSettings): string {
  const lines = ['# Every setting of Wardline with its default. Empty counts as not given.', ''];
  let section: string | undefined;
  for (const { concern, name, doc, default: fixed, example } of listSettings(own)) {
    if (concern !== section) lines.push(`# --- ${concern} ---`, '');
    section = concern;
    lines.push(...wrapped(doc), fixed === null ? `# ${name}=${example}` : `${name}=${fixed}`, '');
  }
  return lines.join('\n');
}
