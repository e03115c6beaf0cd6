import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface Metric {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

/** The TypeScript files below a folder, specs aside. */
export function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(folder, file))
    .sort();
}

function kindOf(call: string): Metric['kind'] | undefined {
  return (['counter', 'gauge', 'histogram'] as const).find((kind) => call.toLowerCase().includes(kind));
}

/** The metric that an object literal declares, `{ name, help, labelNames }` in the call that makes it. */
function metricOf(node: ts.ObjectLiteralExpression): Metric | undefined {
  const fields = new Map<string, ts.Expression>();
  for (const one of node.properties) if (ts.isPropertyAssignment(one)) fields.set(one.name.getText(), one.initializer);
  const [name, help, labelNames] = ['name', 'help', 'labelNames'].map((field) => fields.get(field));
  if (!name || !help || !ts.isStringLiteralLike(name) || !ts.isStringLiteralLike(help)) return undefined;
  let maker: ts.Node = node.parent;
  while (!ts.isCallExpression(maker) && !ts.isNewExpression(maker)) {
    if (ts.isSourceFile(maker)) return undefined;
    maker = maker.parent;
  }
  const kind = kindOf(maker.expression.getText());
  if (kind === undefined) return undefined;
  const labels = labelNames && ts.isArrayLiteralExpression(labelNames) ? labelNames.elements : [];
  return { name: name.text, help: help.text, kind, labels: [...labels].filter(ts.isStringLiteralLike).map((label) => label.text) };
}

/** Every metric that the source declares, by name. */
export function metricsOfSource(folder: string): Metric[] {
  const metrics: Metric[] = [];
  const visit = (node: ts.Node): void => {
    const metric = ts.isObjectLiteralExpression(node) ? metricOf(node) : undefined;
    if (metric) metrics.push(metric);
    ts.forEachChild(node, visit);
  };
  for (const file of sourcesBelow(folder)) visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  return metrics.sort((one, other) => one.name.localeCompare(other.name));
}
