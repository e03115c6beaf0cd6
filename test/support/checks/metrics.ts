/** One line of a scrape. */
interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The answer of `/metrics`. */
export interface Scrape {
  /** The kind of each metric. */
  kinds: Map<string, string>;
  samples: Sample[];
  /** The value of the one sample with these labels; 0 when there is none, as for a counter that has never counted. */
  value(name: string, labels?: Record<string, string>): number;
  /** Over all labels. */
  sum(name: string): number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

export function parseMetrics(text: string): Scrape {
  const lines = text.split('\n');
  const kinds = new Map(lines.flatMap((line) => (/^# TYPE (\S+) (\S+)$/.exec(line) ? [kindOf(line)] : [])));
  const samples = lines.flatMap((line) => {
    const [, name, labels, value] = SAMPLE.exec(line) ?? [];
    if (name === undefined || line.startsWith('#')) return [];
    const pairs = [...(labels ?? '').matchAll(LABEL)].map(([, key = '', given = '']) => [key, given] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
  const find = (name: string) => samples.filter((one) => one.name === name);
  return {
    kinds,
    samples,
    value: (name, labels = {}) =>
      find(name).find((one) => Object.entries(labels).every(([key, wanted]) => one.labels[key] === wanted))?.value ?? 0,
    sum: (name) => find(name).reduce((total, one) => total + one.value, 0),
  };
}

function kindOf(line: string): [string, string] {
  const [, , name = '', kind = ''] = line.split(' ');
  return [name, kind];
}
