import type { InjectionToken, OptionalFactoryDependency, Provider, Type } from '@nestjs/common';
import { startInTime } from './own-start.js';

/**
 * A class, or a Nest provider. Wardline knows the token: `provide` can be left out, and is not looked at.
 * A class and `useClass` are made with all that Wardline's modules and the hospital's own export.
 */
export type Implementation<T> =
  | Type<T>
  | ({ provide?: InjectionToken } & (
      | { useClass: Type<T> }
      | { useExisting: InjectionToken<T> }
      | { useValue: T }
      | {
          // The factory's parameters are those of `inject`, which no type can follow.
          // eslint-disable-next-line @typescript-eslint/no-explicit-any
          useFactory: (...dependencies: any[]) => T | Promise<T>;
          inject?: (InjectionToken | OptionalFactoryDependency)[];
        }
    ));

/** The provider that answers for the token. A factory that is late fails the start, which names the token. */
export function provideAs<T>(token: InjectionToken, implementation: Implementation<T>): Provider {
  if (typeof implementation === 'function') return { provide: token, useClass: implementation };
  if (!('useFactory' in implementation)) return { ...implementation, provide: token } as Provider;
  const { useFactory, inject = [] } = implementation;
  const inTime = async (...dependencies: unknown[]): Promise<T> => startInTime(nameOf(token), () => useFactory(...dependencies));
  return { provide: token, inject, useFactory: inTime };
}

function nameOf(token: InjectionToken): string {
  return typeof token === 'symbol' ? (token.description ?? 'a part') : typeof token === 'function' ? token.name : token;
}
