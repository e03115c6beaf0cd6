import { type FactoryProvider, type InjectionToken, type Provider, Scope } from '@nestjs/common';
import { startInTime } from '../../platform/extensions/own-start.js';
import { declaredModules } from './declared-modules.js';

const bounded = new WeakSet<object>();

/**
 * Has each factory of these modules, and of those that they import, answer in time, and name itself where it fails. To be called before Nest reads the
 * modules: it takes each provider from the list in which it is declared.
 */
export function boundFactories(modules: readonly unknown[]): void {
  for (const { name, providers } of declaredModules(modules))
    for (const list of providers)
      for (const [index, provider] of list.entries()) if (isFactory(provider)) list[index] = inTime(name, provider);
}

/** One that makes an object for each request is no part of the start. */
function isFactory(provider: Provider): provider is FactoryProvider<unknown> {
  if (typeof provider !== 'object' || !('useFactory' in provider) || bounded.has(provider)) return false;
  return (provider.scope ?? Scope.DEFAULT) === Scope.DEFAULT;
}

function inTime(module: string, provider: FactoryProvider<unknown>): FactoryProvider<unknown> {
  const { useFactory } = provider;
  const name = `${nameOf(provider.provide)} of ${module}`;
  const made = { ...provider, useFactory: (...parts: unknown[]) => startInTime(name, () => useFactory(...parts)) };
  bounded.add(made);
  return made;
}

function nameOf(token: InjectionToken): string {
  if (typeof token === 'function') return token.name;
  return typeof token === 'symbol' ? (token.description ?? 'without a name') : token;
}
