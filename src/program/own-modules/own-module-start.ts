import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { within } from '../../platform/common/within.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { OWN_START_MS, ownStartFailure } from '../../platform/extensions/own-start.js';
import { Logger } from '../../platform/logging/logger.js';
import { packageRoot } from '../../platform/system/package-root.js';
import { limitMiddleware, markOwnRoutes, reachOfModule } from './own-module-limits.js';
import { OwnModules } from './own-modules.module.js';

/** Less than an application may take to end. */
const END_MS = 3000;
const HOOKS = ['onModuleInit', 'onApplicationBootstrap'] as const;
const END_HOOKS = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'] as const;

type Hook = (...parameters: unknown[]) => unknown;
type Hooked = Partial<Record<(typeof HOOKS)[number] | (typeof END_HOOKS)[number], Hook>>;
type Modules = ModulesContainer extends Map<string, infer M> ? M : never;

/**
 * Bounds modules of a hospital's own. A start that fails or hangs in one of them names it; an end that does keeps nobody else from ending; none of
 * them is part of Wardline's own routes. To be called before the application is initialised.
 * @throws OwnStartFailed
 */
export function boundOwnModules(app: INestApplication): void {
  const all = [...app.get(ModulesContainer).values()];
  const top = all.find(({ metatype }) => metatype === OwnModules);
  if (!top) return;
  const ours = new Set<Modules>();
  const isImported = new Set(all.flatMap(({ imports }) => [...imports]));
  for (const root of all) if (!isImported.has(root)) reach(root, ours, top);
  const own = new Set<Modules>();
  reach(top, own);
  const guard = app.get(ExtensionGuard);
  const theirs = [...own].filter((module) => !ours.has(module) && module !== top);
  const controllers = new Set<unknown>(theirs.flatMap((module) => [...module.controllers.values()].map(({ metatype }) => metatype)));
  markOwnRoutes(controllers, guard);
  for (const module of theirs) {
    const { name } = module.metatype;
    const why = reachOfModule(module);
    if (why !== undefined) throw ownStartFailure(name, new Error(why));
    limitMiddleware(module, controllers);
    for (const { instance } of [...module.providers.values(), ...module.controllers.values(), ...module.injectables.values()])
      wrap(instance as Hooked | undefined, name, guard, app.get(Logger));
  }
}

/** The error with which a hospital's own part ends the making of the application, in one line that names it. */
export function asOwnFailure(error: unknown): unknown {
  // Wardline's own modules are what Nest asks for.
  if (isNests(error)) return ownStartFailure(partOf(error), error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const ours = [join(packageRoot(), 'src/'), join(packageRoot(), 'dist/src/'), 'node_modules/'];
  const made = [...stack.matchAll(/^\s+at new (\w+) \((.*)\)$/gm)].find(([, , file = '']) => !ours.some((place) => file.includes(place)));
  return made?.[1] === undefined ? error : ownStartFailure(made[1], error);
}

function isNests(error: unknown): error is Error {
  for (let kind: unknown = error; typeof kind === 'object' && kind !== null; kind = Object.getPrototypeOf(kind))
    if (kind.constructor.name === 'RuntimeException') return true;
  return false;
}

/** Nest names the class whose parameters it does not find. */
function partOf(error: Error & { type?: unknown }): string {
  const { type } = error;
  return typeof type === 'function' ? type.name : typeof type === 'string' ? type : 'a part of this hospital’s own';
}

function reach(module: Modules, seen: Set<Modules>, without?: Modules): void {
  if (module === without || seen.has(module)) return;
  seen.add(module);
  for (const one of module.imports) reach(one, seen, without);
}

function wrap(instance: Hooked | undefined, name: string, guard: ExtensionGuard, logger: Logger): void {
  if (typeof instance !== 'object') return;
  const bounded = (hook: Hook, ms: number): Hook => {
    const own = hook.bind(instance);
    return async (...parameters) => {
      const done = guard.within(`module ${name}`, () => Promise.resolve().then(() => own(...parameters)));
      await within(done, ms, () => new Error(`not done within ${String(ms / 1000)} s`));
    };
  };
  for (const hook of HOOKS) {
    const start = instance[hook] && bounded(instance[hook], OWN_START_MS);
    if (start)
      instance[hook] = () =>
        Promise.resolve(start()).catch((error: unknown) => {
          throw ownStartFailure(name, error);
        });
  }
  for (const hook of END_HOOKS) {
    const end = instance[hook] && bounded(instance[hook], END_MS);
    if (end)
      instance[hook] = (...parameters) =>
        Promise.resolve(end(...parameters)).catch((error: unknown) => {
          logger.error('own_module.end_failed', { module: name, hook, error });
        });
  }
}
