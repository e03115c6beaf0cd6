/** The `it` of vitest, of node:test, or of any runner like them. */
export type It = (name: string, run: () => Promise<void>) => unknown;
