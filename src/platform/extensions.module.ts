import { Global, Module } from '@nestjs/common';
import { ExtensionSwitches } from './extensions/extension-switches.js';
import { ExtensionGuard, extensionMetricProvider } from './extensions/extension-guard.js';

/** The guard of every call into code that is not Wardline's. */
@Global()
@Module({
  providers: [ExtensionGuard, ExtensionSwitches, extensionMetricProvider],
  exports: [ExtensionGuard, ExtensionSwitches, extensionMetricProvider],
})
export class ExtensionsModule {}
