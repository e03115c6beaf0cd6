import { Global, Module } from '@nestjs/common';
import { ExtensionGuard, extensionMetricProvider } from './extensions/extension-guard.js';

/** The guard of every call into code that is not Wardline's. */
@Global()
@Module({ providers: [ExtensionGuard, extensionMetricProvider], exports: [ExtensionGuard, extensionMetricProvider] })
export class ExtensionsModule {}
