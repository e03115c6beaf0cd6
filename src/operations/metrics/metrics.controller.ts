import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { Public } from '../../identity/access/access.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { MetricsRegistry } from '../../platform/metrics/metrics-registry.js';
import { MetricsGuard } from './metrics.guard.js';

/** A hospital's own metric must be read within it. */
const OWN_METRIC_MS = 1000;

@ApiExcludeController()
@Public()
@UseGuards(MetricsGuard)
@Controller()
export class MetricsController {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly guard: ExtensionGuard,
  ) {}

  /** A metric of a hospital's own that cannot be read is left out. */
  @Get()
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  index(): Promise<string> {
    return this.registry.scrape((name, read) =>
      this.guard.call({
        point: `metric ${name}`,
        label: 'metric',
        deadlineMs: OWN_METRIC_MS,
        isBackground: true,
        isAnswer: () => false,
        work: read,
        fallback: () => '',
      }),
    );
  }
}
