/** Words of an expression that are no metrics. */
const LANGUAGE = new Set([
  ...['rate', 'increase', 'changes', 'time', 'avg_over_time', 'min_over_time', 'max_over_time', 'histogram_quantile'],
  ...['sum', 'min', 'max', 'by', 'on', 'or', 'unless', 'and', 'offset'],
]);
const NAME = /(?<![\w.])[a-zA-Z_]\w*(\{[^}]*\})?/g;

/** The metrics that an expression reads, each with its labels, as `up{job="wardline"}`. */
export function selectorsOf(expr: string): string[] {
  const bare = expr
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|on) \([^)]*\)/g, '')
    .replaceAll(/\boffset \w+/g, '');
  return [...bare.matchAll(NAME)].map(([selector]) => selector).filter((selector) => !LANGUAGE.has(selector));
}

export const metricOf = (selector: string) => selector.replace(/\{.*/s, '');
