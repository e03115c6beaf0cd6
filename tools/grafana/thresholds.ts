import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { parse } from 'yaml';
import { packageRoot } from '../../src/platform/system/package-root.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: 'warning' | 'restart' | 'critical' };
}

const COLOURS = { warning: 'yellow', restart: 'orange', critical: 'red' } as const;
const CALM = 'green';
/** A step counts from its value on. An alert on more than 0 must leave 0 calm. */
const MORE_THAN_0 = 0.001;

const file = join(packageRoot(), 'deploy', 'prometheus', 'wardline.rules.yml');
const rules = (parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

/** The border at which an alert fires: its first comparison with a number, or the first one of the named metric. */
function borderOf(name: string, metric = ''): { sign: string; value: number; colour: string } {
  const rule = rules.find(({ alert }) => alert === name);
  const bare = rule?.expr.trim().replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '') ?? '';
  const [, sign, value] = new RegExp(`${metric}[^<>=]*(<|>|==) ([\\d.]+)(?! \\*)(?:\\s|$)`).exec(bare) ?? [];
  if (!rule || sign === undefined || value === undefined) throw new Error(`${name} compares ${metric || 'nothing'} with no number`);
  return { sign, value: sign === '>' && Number(value) === 0 ? MORE_THAN_0 : Number(value), colour: COLOURS[rule.labels.severity] };
}

/** The alerts' thresholds for a panel: alert → the metric, where its expression has several. */
export function thresholdsOf(alerts: Readonly<Record<string, string>>): ThresholdsConfigBuilder {
  const borders = Object.entries(alerts).map(([name, metric]) => borderOf(name, metric));
  borders.sort((one, other) => one.value - other.value);
  const falls = borders.some(({ sign, value }) => sign === '<' || (sign === '==' && value === 0));
  const steps: Threshold[] = falls
    ? borders.map(({ colour }, n) => ({ value: n === 0 ? null : topOf(borders[n - 1]), color: colour }))
    : [{ value: null, color: CALM }, ...borders.map(({ value, colour }) => ({ value, color: colour }))];
  if (falls) steps.push({ value: topOf(borders.at(-1)), color: CALM });
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** `== 0` is calm from 1 on. */
function topOf(border: ReturnType<typeof borderOf> | undefined): number {
  return border?.sign === '==' ? 1 : (border?.value ?? 0);
}
