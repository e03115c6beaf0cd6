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

/** Levels of free JSON, the outermost object included. */
const MAX_DEPTH = 32;

/** Not by recursion: 64 KiB of brackets are deeper than the stack. */
function isShallowAndStorable(value: unknown): boolean {
  const left: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { value: one, depth } = next;
    if (typeof one === 'string' && !isStorable(one)) return false;
    if (typeof one !== 'object' || one === null) continue;
    if (depth > MAX_DEPTH) return false;
    for (const [key, inner] of Object.entries(one)) {
      if (!isStorable(key)) return false;
      left.push({ value: inner, depth: depth + 1 });
    }
  }
  return true;
}

/** An object of JSON that nobody here reads: bounded in depth, its texts such as can be passed on. The only schema for it. */
export const freeJson = z.record(z.string(), z.unknown()).refine(isShallowAndStorable);
