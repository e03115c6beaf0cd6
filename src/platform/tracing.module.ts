import { Module } from '@nestjs/common';
import { Tracing } from './tracing/tracing.service.js';

/** OpenTelemetry, off by default. */
@Module({ providers: [Tracing] })
export class TracingModule {}
