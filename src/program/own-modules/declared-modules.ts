import type { DynamicModule, ForwardReference, Provider, Type } from '@nestjs/common';

type ModuleLike = Type | DynamicModule;

/** A module as its class and its dynamic part declare it. */
export interface DeclaredModule {
  readonly name: string;
  /** The lists themselves. */
  readonly providers: readonly Provider[][];
}

/** These modules and those that they import, each once. */
export function declaredModules(modules: readonly unknown[], seen = new Set<unknown>()): DeclaredModule[] {
  return modules.flatMap((given) => {
    const one = isReference(given) ? given.forwardRef() : given;
    if (!isModule(one) || seen.has(one)) return [];
    seen.add(one);
    const [type, added] = 'module' in one ? [one.module, one] : [one, undefined];
    const lists = (key: 'providers' | 'imports') => [Reflect.getMetadata(key, type) as unknown, added?.[key]].filter(Array.isArray);
    const own = { name: type.name, providers: lists('providers') as Provider[][] };
    return [own, ...declaredModules(lists('imports').flat(), seen)];
  });
}

function isModule(one: unknown): one is ModuleLike {
  return typeof one === 'function' || (typeof one === 'object' && one !== null && 'module' in one);
}

function isReference(one: unknown): one is ForwardReference<() => unknown> {
  return typeof one === 'object' && one !== null && 'forwardRef' in one;
}
