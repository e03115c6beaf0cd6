/** Names that a hospital adds under another prefix than its own, a line for each: a later release of Wardline might take one of them. */
export function foreignNames(what: string, names: Iterable<string>, prefix: string): string[] {
  return [...names].filter((one) => !one.startsWith(prefix)).map((one) => `the ${what} ${one} must begin with ${prefix}`);
}
