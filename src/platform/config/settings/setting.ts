import { z } from 'zod';

/** The notes of a setting's schema: the comment in `.env.example` and the form of a right value. */
export interface SettingMeta {
  doc: string;
  example: string;
  /** Shown in `.env.example` when the default is worked out at the start rather than fixed. */
  defaultNote?: string;
  /** Its value must never be printed. */
  secret?: boolean;
  /** `1 to 600`: another value stops the start. */
  bounds?: string;
}

/** The notes of a setting. The example is its default, unless given. */
export type Doc = Omit<SettingMeta, 'example' | 'bounds'> & { example?: string };

function described<T extends z.ZodType>(schema: T, doc: Doc, example: string, bounds?: string): T {
  return schema.meta({ ...doc, example: doc.example ?? example, ...(bounds !== undefined && { bounds }) });
}

/** A whole number within bounds. The setting's name ends with its unit. */
export function integer(fallback: number, doc: Doc, bounds: { min?: number; max?: number } = {}) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds;
  const range = max === Number.MAX_SAFE_INTEGER ? `${String(min)} or more` : `${String(min)} to ${String(max)}`;
  const schema = z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number, ${range}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number, ${range}`)
    .default(fallback);
  return described(schema, doc, String(fallback), min === 0 && max === Number.MAX_SAFE_INTEGER ? undefined : range);
}

/** `true` or `false`, nothing else: a typing mistake in a security switch must not pass for either. */
export function boolean(fallback: boolean, doc: Doc) {
  const schema = z.enum(['true', 'false'], 'must be true or false').transform((v) => v === 'true');
  return described(schema.default(fallback), doc, String(fallback));
}

/** As `boolean`, but without a fixed default. */
export function optionalBoolean(doc: Doc, example: string) {
  const schema = z.enum(['true', 'false'], 'must be true or false').transform((v) => v === 'true');
  return described(schema.optional(), doc, example);
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(values: T, fallback: T[number], doc: Doc) {
  const schema = z.enum(values, `must be one of ${values.join(', ')}`);
  return described(schema.default(fallback as never), doc, fallback);
}

/** As `integer`, but its default is worked out at the start. */
export function optionalInteger(doc: Doc, example: string, bounds: { min: number }) {
  const range = `${String(bounds.min)} or more`;
  const schema = z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number, ${range}`)
    .transform(Number)
    .refine((n) => n >= bounds.min, `must be a whole number, ${range}`);
  return described(schema.optional(), doc, example, range);
}

/** As `choice`, but its default is worked out at the start. */
export function optionalChoice<const T extends readonly [string, ...string[]]>(values: T, doc: Doc) {
  return described(z.enum(values, `must be one of ${values.join(', ')}`).optional(), doc, values[0]);
}

/** Any text. */
export function text(fallback: string, doc: Doc) {
  return described(z.string().default(fallback), doc, fallback);
}

/** A text without a default. */
export function optionalText(doc: Doc, example: string, schema = z.string()) {
  return described(schema.optional(), doc, example);
}

/** A name that is safe in keys, channels and paths. */
export function optionalName(doc: Doc, example: string) {
  const bounds = '1 to 128 of A-Z a-z 0-9 _ . : -';
  const schema = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/, `must be ${bounds}`);
  return described(schema.optional(), doc, example, bounds);
}

/** A comma list; empty when not given. */
export function list(doc: Doc, example: string, item: z.ZodType<string, string> = z.string()) {
  const schema = z
    .string()
    .transform((v) =>
      v
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item))
    .default([]);
  return described(schema, doc, example);
}

/** At most `count` in `seconds`. */
export interface Rate {
  count: number;
  seconds: number;
}

/** `count/seconds`; `0` turns the limit off (null). */
export function rate(fallback: Rate, doc: Doc) {
  const schema = z
    .string()
    .regex(/^(0|[1-9]\d{0,8}\/[1-9]\d{0,5})$/, 'must be count/seconds, or 0 to turn it off')
    .transform((v): Rate | null => {
      const [count, seconds] = v.split('/').map(Number);
      return count === undefined || seconds === undefined ? null : { count, seconds };
    })
    .default(fallback);
  return described(schema, doc, `${String(fallback.count)}/${String(fallback.seconds)}`);
}

function isUrlOf(protocols: readonly string[], value: string): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol);
}

/** A URL of one of the given protocols (`postgresql:` …). */
export function optionalUrl(protocols: readonly string[], doc: Doc, example: string) {
  const schema = z
    .string()
    .refine((v) => isUrlOf(protocols, v), `must be a URL starting with ${protocols.map((one) => `${one}//`).join(' or ')}`);
  return described(schema.optional(), doc, example);
}
