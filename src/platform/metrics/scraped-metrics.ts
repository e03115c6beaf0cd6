import type { FactoryProvider, InjectionToken } from '@nestjs/common';
import { getToken } from '@willsoto/nestjs-prometheus';
import { Counter, type CounterConfiguration, Gauge, type GaugeConfiguration } from 'prom-client';

/** Sets the metric to what the service says now. Must not throw or reject: the whole scrape would. */
type Look<M, S> = (metric: M, service: S) => void | Promise<void>;

/** A gauge that is looked at when it is scraped: what it shows costs nothing at any other time. */
export function scrapedGauge<S>(
  config: GaugeConfiguration<string>,
  service: InjectionToken<S>,
  look: Look<Gauge, S>,
): FactoryProvider<Gauge> {
  return {
    provide: getToken(config.name),
    inject: [service],
    useFactory: (source: S) => {
      const gauge: Gauge = new Gauge({ ...config, collect: () => look(gauge, source) });
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
    inject: [service],
    useFactory: (source: S) => {
      const counter: Counter = new Counter({
        ...config,
        collect: () => {
          counter.reset();
          return look(counter, source);
        },
      });
      return counter;
    },
  };
}
