import { Injectable } from '@nestjs/common';
import { register, Registry } from 'prom-client';

/** Reads a metric of a hospital's own. @returns its text; nothing where it cannot be read */
type ReadOwn = (name: string, read: () => Promise<string>) => Promise<string>;

/** The metrics of one application: two in a process share none. */
@Injectable()
export class MetricsRegistry extends Registry {
  private own: ReadonlySet<string> = new Set();

  /** Names the metrics here that are a hospital's own, in small letters. */
  setOwn(names: readonly string[]): void {
    this.own = new Set(names);
  }

  /**
   * The application's metrics, and those that a hospital's own program keeps in prom-client's default registry, unless they take one of our names.
   * @param readOwn is asked for each of the hospital's own
   */
  async scrape(readOwn: ReadOwn = (_, read) => read()): Promise<string> {
    const ours = this.getMetricsAsArray().map(({ name }) => {
      const read = () => this.getSingleMetricAsString(name);
      return this.own.has(name.toLowerCase()) ? readOwn(name, read) : read();
    });
    const foreign = register.getMetricsAsArray().filter(({ name }) => this.getSingleMetric(name) === undefined);
    const theirs = foreign.map(({ name }) => readOwn(name, () => register.getSingleMetricAsString(name)));
    const parts = await Promise.all([...ours, ...theirs]);
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
  }
}
