/** The numbers from 1 to `count` in pieces of at most `most`. */
export function batches(count: number, most: number): { readonly from: number; readonly to: number }[] {
  return Array.from({ length: Math.ceil(count / most) }, (_, n) => ({ from: n * most + 1, to: Math.min(count, (n + 1) * most) }));
}
