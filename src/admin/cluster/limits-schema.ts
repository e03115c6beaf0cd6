import { z } from 'zod';
import { LIMIT_NAMES, type LimitName, limitText, liveSettings } from '../../platform/limits/limits.js';

/** A limit's name in the API: the setting's, in lower case. */
export function fieldOf(name: LimitName): string {
  return name.toLowerCase();
}

/** As text or as a number, by the setting's own rules; null takes back what was set, and the setting holds again. Comes out as canonical text. */
function field(name: LimitName) {
  const setting: z.ZodType = liveSettings.shape[name];
  return z
    .union([z.string().min(1).max(32), z.int().min(0)])
    .nullable()
    .optional()
    .transform((given, context) => {
      if (given === null || given === undefined) return given;
      const parsed = setting.safeParse(String(given));
      if (parsed.success) return limitText(parsed.data as Parameters<typeof limitText>[0]);
      context.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? 'wrong' });
      return z.NEVER;
    });
}

/** A change of limits. Names are as here or as in the environment; limits that are not named keep their value. */
export const limitsPatch = z
  .strictObject(Object.fromEntries(LIMIT_NAMES.flatMap((name) => [fieldOf(name), name].map((key) => [key, field(name)]))))
  .refine((patch) => Object.keys(patch).length > 0);
export type LimitsPatch = z.infer<typeof limitsPatch>;

/** The patch's value for a limit: its text, null for the setting, undefined when the patch does not name it. */
export function patched(patch: LimitsPatch, name: LimitName): string | null | undefined {
  const field = patch[fieldOf(name)];
  return field === undefined ? patch[name] : field;
}
