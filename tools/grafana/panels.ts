import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId, MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as SeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { thresholdsOf } from './thresholds.js';

/** The nodes that a dashboard shows, in each query. */
export const NODES = 'job="$job", instance=~"$instance"';
const SOURCE = { type: 'prometheus', uid: '${datasource}' };
const WIDTH = 24;

export interface PanelOptions {
  readonly title: string;
  /** A person's reading of it. */
  readonly description: string;
  /** Legend → query. */
  readonly queries: Readonly<Record<string, string>>;
  readonly unit?: string;
  /** Alerts whose thresholds are drawn in → the metric, where the alert's expression has several; '' for the only one. */
  readonly alerts?: Readonly<Record<string, string>>;
}

function queriesOf(queries: PanelOptions['queries']): DataqueryBuilder[] {
  return Object.entries(queries).map(([legend, expr], n) =>
    new DataqueryBuilder()
      .datasource(SOURCE)
      .refId(String.fromCharCode('A'.charCodeAt(0) + n))
      .expr(expr)
      .legendFormat(legend),
  );
}

/** Lines over time, three in a row. */
export function lines({ title, description, queries, unit = 'short', alerts }: PanelOptions): SeriesPanel {
  const panel = new SeriesPanel()
    .title(title)
    .description(description)
    .datasource(SOURCE)
    .unit(unit)
    .min(0)
    .span(WIDTH / 3)
    .height(8)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true))
    .targets(queriesOf(queries));
  if (!alerts) return panel;
  return panel
    .thresholds(thresholdsOf(alerts))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

/** One number now, six in a row. @param words names of values, as `{ 0: 'down', 1: 'up' }` */
export function number({ title, description, queries, unit = 'short', alerts }: PanelOptions, words?: Record<string, string>): StatPanel {
  const panel = new StatPanel()
    .title(title)
    .description(description)
    .datasource(SOURCE)
    .unit(unit)
    .span(WIDTH / 6)
    .height(4)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .colorScheme(byThreshold())
    .targets(queriesOf(queries));
  if (words) panel.mappings([mappingOf(words)]);
  return alerts ? panel.thresholds(thresholdsOf(alerts)) : panel;
}

/** States over time, half a row. */
export function states({ title, description, queries, alerts = {} }: PanelOptions, words: Record<string, string>): TimelinePanel {
  return new TimelinePanel()
    .title(title)
    .description(description)
    .datasource(SOURCE)
    .span(WIDTH / 2)
    .height(8)
    .mappings([mappingOf(words)])
    .colorScheme(byThreshold())
    .thresholds(thresholdsOf(alerts))
    .targets(queriesOf(queries));
}

const byThreshold = () => new FieldColorBuilder().mode(FieldColorModeId.Thresholds);

function mappingOf(words: Record<string, string>): ValueMapping {
  return {
    type: MappingType.ValueToText,
    options: Object.fromEntries(Object.entries(words).map(([value, text], index) => [value, { text, index }])),
  };
}

/** A percentile over the nodes that are shown. */
export function percentile(share: number, histogram: string, by = ''): string {
  return `histogram_quantile(${String(share)}, sum by (le${by && `, ${by}`}) (rate(${histogram}_bucket{${NODES}}[$__rate_interval])))`;
}
