import { z } from 'zod';

/** Without NUL, which PostgreSQL cannot store, and without a lone surrogate, which UTF-8 cannot carry. */
function isStorable(text: string): boolean {
  return !/[\p{Surrogate}\0]/u.test(text);
}

/** Text as it was typed, in one form (NFC) however the keyboard composed it: user names and passwords that are compared with something. */
export function typedText(min: number, max: number) {
  return z.string().refine(isStorable).normalize('NFC').min(min).max(max);
}

/** Text that people write for people: names, reasons. The only schema for it. */
export function freeText(max: number) {
  return z.string().refine(isStorable).normalize('NFC').trim().min(1).max(max);
}
