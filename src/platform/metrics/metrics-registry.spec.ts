import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getToken } from '@willsoto/nestjs-prometheus';
import { Counter, register } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { counterProvider, scrapedCounter, scrapedGauge } from './metric-providers.js';
import { MetricsRegistry } from './metrics-registry.js';

const COUNTED = 'wardline_spec_counted_total';

class Source {
  value = 7;
}

@Module({
  providers: [
    MetricsRegistry,
    Source,
    counterProvider({ name: COUNTED, help: 'Counted.' }),
    scrapedGauge({ name: 'wardline_spec_looked_at', help: 'Looked at.' }, Source, (gauge, { value }) => {
      gauge.set(value);
    }),
    scrapedCounter({ name: 'wardline_spec_total', help: 'Counted elsewhere.' }, Source, (counter, { value }) => {
      counter.inc(value);
    }),
  ],
})
class Metrics {}

const open = () => NestFactory.createApplicationContext(Metrics, { logger: false });

afterEach(() => {
  register.clear();
});

describe('the metrics of an application', () => {
  it('are its own: another one in the process counts for itself', async () => {
    const [one, other] = [await open(), await open()];
    one.get<Counter>(getToken(COUNTED)).inc(2);
    expect(await one.get(MetricsRegistry).scrape()).toContain(`${COUNTED} 2`);
    expect(await other.get(MetricsRegistry).scrape()).toContain(`${COUNTED} 0`);
    expect(register.getMetricsAsArray()).toEqual([]);
  });

  it('are looked at for each scrape', async () => {
    const application = await open();
    const registry = application.get(MetricsRegistry);
    for (const value of [7, 5]) {
      application.get(Source).value = value;
      const text = await registry.scrape();
      expect(text).toContain(`wardline_spec_looked_at ${String(value)}`);
      expect(text).toContain(`wardline_spec_total ${String(value)}`);
    }
  });

  it("come with those of a program's own, which cannot take their names", async () => {
    new Counter({ name: 'hospital_total', help: 'Of a hospital.' }).inc(3);
    new Counter({ name: COUNTED, help: 'Taken.' }).inc(9);
    const text = await (await open()).get(MetricsRegistry).scrape();
    expect(text).toContain('hospital_total 3\n');
    expect(text.match(new RegExp(`^${COUNTED} .*$`, 'gm'))).toEqual([`${COUNTED} 0`]);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('asks for those of a hospital’s own by themselves: one that cannot be read keeps no other away', async () => {
    new Counter({ name: 'hospital_total', help: 'Of a hospital.' });
    const registry = (await open()).get(MetricsRegistry);
    registry.setOwn([COUNTED]);
    const asked: string[] = [];
    const text = await registry.scrape((name) => {
      asked.push(name);
      return Promise.resolve('');
    });
    expect(asked).toEqual([COUNTED, 'hospital_total']);
    expect(text).toContain('wardline_spec_total 7\n');
    for (const name of asked) expect(text).not.toContain(name);
    expect(text).not.toContain('\n\n\n');
  });
});
