import type { FactoryProvider, InjectionToken } from '@nestjs/common';
import { getToken } from '@willsoto/nestjs-prometheus';
import { Counter, type CounterConfiguration, Gauge, type GaugeConfiguration, Histogram, type HistogramConfiguration } from 'prom-client';
import { MetricsRegistry } from './metrics-registry.js';

/** Sets the metric to what the service says now. Must not throw or reject: the whole scrape would. */
type Look<M, S> = (metric: M, service: S) => void | Promise<void>;

/** A metric of the application's own registry. */
function provider<M>(name: string, make: (registers: [MetricsRegistry]) => M): FactoryProvider<M> {
  return { provide: getToken(name), inject: [MetricsRegistry], useFactory: (registry: MetricsRegistry) => make([registry]) };
}

/** A counter of the application. `@InjectMetric(name)` injects it. */
export function counterProvider(config: CounterConfiguration<string>): FactoryProvider<Counter> {
  return provider(config.name, (registers) => new Counter({ ...config, registers }));
}

/** A counter of labels that are known: each of them is 0 from the start, because a rate over a counter that is born at 1 misses that one. */
export function counterFromZero(config: CounterConfiguration<string>, labels: readonly Record<string, string>[]): FactoryProvider<Counter> {
  return provider(config.name, (registers) => {
    const counter = new Counter({ ...config, registers });
    for (const one of labels) counter.inc(one, 0);
    return counter;
  });
}

/** A gauge of the application. `@InjectMetric(name)` injects it. */
export function gaugeProvider(config: GaugeConfiguration<string>): FactoryProvider<Gauge> {
  return provider(config.name, (registers) => new Gauge({ ...config, registers }));
}

/** A histogram of the application. `@InjectMetric(name)` injects it. */
export function histogramProvider(config: HistogramConfiguration<string>): FactoryProvider<Histogram> {
  return provider(config.name, (registers) => new Histogram({ ...config, registers }));
}

/** A gauge that is looked at when it is scraped: what it shows costs nothing at any other time. */
export function scrapedGauge<S>(
  config: GaugeConfiguration<string>,
  service: InjectionToken<S>,
  look: Look<Gauge, S>,
): FactoryProvider<Gauge> {
  return {
    provide: getToken(config.name),
    inject: [MetricsRegistry, service],
    useFactory: (registry: MetricsRegistry, source: S) => {
      const gauge: Gauge = new Gauge({ ...config, registers: [registry], collect: () => look(gauge, source) });
      return gauge;
    },
  };
}

/** The same for totals that are counted elsewhere. The counter is reset before each look, which adds what the totals are. */
export function scrapedCounter<S>(
  config: CounterConfiguration<string>,
  service: InjectionToken<S>,
  look: Look<Counter, S>,
): FactoryProvider<Counter> {
  return {
    provide: getToken(config.name),
    inject: [MetricsRegistry, service],
    useFactory: (registry: MetricsRegistry, source: S) => {
      const counter: Counter = new Counter({
        ...config,
        registers: [registry],
        collect: () => {
          counter.reset();
          return look(counter, source);
        },
      });
      return counter;
    },
  };
}
