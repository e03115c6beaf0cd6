import { type CallHandler, type ExecutionContext, type MiddlewareConsumer, type NestInterceptor } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, type ModulesContainer } from '@nestjs/core';
import { Observable, Subscription } from 'rxjs';
import { type ExtensionGuard, extensionUnavailable } from '../../platform/extensions/extension-guard.js';
import { ownStartFailure, startInTime } from '../../platform/extensions/own-start.js';

type Module = ModulesContainer extends Map<string, infer M> ? M : never;

/** Nest gives each provider of these a token that begins with it. */
const GLOBAL = [APP_GUARD, APP_PIPE, APP_INTERCEPTOR, APP_FILTER];

const FOREIGN_ROUTES = 'its middleware would be part of routes of Wardline’s: name your own controllers in forRoutes';

/** The reason for which a module must not be there: it would be part of every press. */
export function reachOfModule(module: Module): string | undefined {
  for (const token of [...module.providers.keys(), ...module.injectables.keys()]) {
    const name = typeof token === 'string' ? GLOBAL.find((one) => token.startsWith(one)) : undefined;
    if (name !== undefined) return `${name} would be part of every route of Wardline's: use decorators on your own controllers`;
  }
  return undefined;
}

/** Requires that middleware of a module is for controllers of the hospital's own, and is there in time. */
export function limitMiddleware(module: Module, own: ReadonlySet<unknown>): void {
  const { name } = module.metatype;
  const instance = module.instance as { configure?: (consumer: MiddlewareConsumer) => unknown };
  const configure = instance.configure?.bind(instance);
  if (!configure) return;
  const limited = <T extends object>(builder: T): T =>
    new Proxy(builder, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]): unknown => {
          const isOwn = property !== 'forRoutes' || parameters.flat().every((one) => own.has(one));
          if (!isOwn) throw ownStartFailure(name, new Error(FOREIGN_ROUTES));
          const next: unknown = Reflect.apply(value, target, parameters);
          return typeof next === 'object' && next !== null ? limited(next) : next;
        };
      },
    });
  instance.configure = (consumer) => startInTime(name, () => configure(limited(consumer)));
}

/** Errors of a route of a hospital's own that nobody handles are its own, and the watchdog can name it. */
class OwnRoute implements NestInterceptor {
  constructor(private readonly guard: ExtensionGuard) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const point = `route ${context.getClass().name}`;
    if (this.guard.isOff(point)) throw extensionUnavailable();
    return new Observable((subscriber) => {
      const answer = new Subscription();
      const ended = new Promise<void>((resolve) => {
        answer.add(resolve);
      });
      void this.guard.within(point, () => {
        answer.add(next.handle().subscribe(subscriber));
        return ended;
      });
      return answer;
    });
  }
}

/** Nest's own key for the interceptors of a controller. */
const INTERCEPTORS = '__interceptors__';

/** To be called before the routes are read. A class that another application of this process has is this one's from here on. */
export function markOwnRoutes(controllers: Iterable<unknown>, guard: ExtensionGuard): void {
  for (const controller of controllers) {
    if (typeof controller !== 'function') continue;
    const given = (Reflect.getMetadata(INTERCEPTORS, controller) ?? []) as unknown[];
    Reflect.defineMetadata(INTERCEPTORS, [...given.filter((one) => !(one instanceof OwnRoute)), new OwnRoute(guard)], controller);
  }
}
