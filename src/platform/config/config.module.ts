import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.js';
import { ownSettingsToken } from './own-settings.js';

// One token a concern. The values have the types of the same name in `*.settings.ts`.
/** The injection token of the settings of HTTP. */
export const HTTP_SETTINGS = Symbol('http settings');
/** The injection token of the settings of the database. */
export const DATABASE_SETTINGS = Symbol('database settings');
/** The injection token of the settings of sessions. */
export const SESSION_SETTINGS = Symbol('session settings');
/** The injection token of the settings of sockets. */
export const REALTIME_SETTINGS = Symbol('realtime settings');
/** The injection token of the settings of guest pages. */
export const GUEST_SETTINGS = Symbol('guest settings');
/** The injection token of the settings of the ward. */
export const WARD_SETTINGS = Symbol('ward settings');
/** The injection token of the settings of the cluster. */
export const CLUSTER_SETTINGS = Symbol('cluster settings');
/** The injection token of the settings of operations. */
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
      ...(config.own ? [{ provide: ownSettingsToken(config.own.name), useValue: config.own.values }] : []),
    ];
    return { module: ConfigModule, global: true, providers, exports: providers };
  }
}
