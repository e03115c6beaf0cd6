import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.js';

/** Injection tokens, one a concern; the values have the types of the same name in `*.settings.ts`. */
export const HTTP_SETTINGS = Symbol('http settings');
export const DATABASE_SETTINGS = Symbol('database settings');
export const SESSION_SETTINGS = Symbol('session settings');
export const REALTIME_SETTINGS = Symbol('realtime settings');
export const GUEST_SETTINGS = Symbol('guest settings');
export const WARD_SETTINGS = Symbol('ward settings');
export const CLUSTER_SETTINGS = Symbol('cluster settings');
export const OPERATIONS_SETTINGS = Symbol('operations settings');

/** Hands every concern's settings to who asks for its token. */
@Module({})
export class ConfigModule {
  static with(config: Config): DynamicModule {
    const providers = [
      { provide: HTTP_SETTINGS, useValue: config.http },
      { provide: DATABASE_SETTINGS, useValue: config.database },
      { provide: SESSION_SETTINGS, useValue: config.session },
      { provide: REALTIME_SETTINGS, useValue: config.realtime },
      { provide: GUEST_SETTINGS, useValue: config.guests },
      { provide: WARD_SETTINGS, useValue: config.ward },
      { provide: CLUSTER_SETTINGS, useValue: config.cluster },
      { provide: OPERATIONS_SETTINGS, useValue: config.operations },
    ];
    return { module: ConfigModule, global: true, providers, exports: providers };
  }
}
