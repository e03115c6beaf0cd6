import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { context, propagation, trace } from '@opentelemetry/api';
import type { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Logger } from '../logging/logger.js';
import { OPERATIONS_SETTINGS } from '../config/config.module.js';
import type { OperationsSettings } from '../config/settings/operations.settings.js';

const FLUSH_MS = 2000;

/** Sends spans to the collector of OTEL_EXPORTER_OTLP_ENDPOINT; without one nothing is traced, loaded or paid. */
@Injectable()
export class Tracing implements OnModuleInit, OnApplicationShutdown {
  private provider: NodeTracerProvider | undefined;

  constructor(
    @Inject(OPERATIONS_SETTINGS) private readonly settings: OperationsSettings,
    private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    const endpoint = this.settings.OTEL_EXPORTER_OTLP_ENDPOINT;
    if (endpoint === undefined) return;
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
    const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
    const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: FLUSH_MS });
    this.provider = new NodeTracerProvider({
      resource: defaultResource()
        .merge(resourceFromAttributes({ 'service.name': 'wardline' }))
        .merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 4096, exportTimeoutMillis: FLUSH_MS })],
    });
    this.provider.register();
    this.logger.info('tracing.on');
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.provider) return;
    try {
      await this.provider.shutdown();
    } catch (error) {
      this.logger.warn('tracing.flush_failed', { error });
    }
    trace.disable();
    context.disable();
    propagation.disable();
  }
}
