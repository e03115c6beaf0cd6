import { z } from 'zod';

function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** A language as BCP 47 writes it: `en`, `pt-BR`. */
export const language = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
  .refine((tag) => canonical(tag) !== undefined)
  .transform((tag) => canonical(tag) ?? tag);
