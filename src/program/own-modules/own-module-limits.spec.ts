import 'reflect-metadata';
import { UseInterceptors } from '@nestjs/common';
import { expect, it } from 'vitest';
import type { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { limitMiddleware, markOwnRoutes } from './own-module-limits.js';

it('marks a controller once, however often it is part of an application, and keeps its own interceptors', () => {
  class Own {
    intercept(): never {
      throw new Error('not called');
    }
  }
  @UseInterceptors(Own)
  class Controller {}
  const guards = [{}, {}] as ExtensionGuard[];
  for (const guard of guards) markOwnRoutes([Controller], guard);
  const marks = Reflect.getMetadata('__interceptors__', Controller) as unknown[];
  expect(marks).toHaveLength(2);
  expect(marks[0]).toBe(Own);
  expect(marks[1]).toMatchObject({ guard: guards[1] });
  expect((marks[1] as { guard: unknown }).guard).toBe(guards[1]);
});

it('a module whose middleware throws is named, in one line', () => {
  class PagerModule {
    configure(_: object): void {
      throw new Error('no line\nto the pager');
    }
  }
  const instance = new PagerModule();
  limitMiddleware({ metatype: PagerModule, instance } as unknown as Parameters<typeof limitMiddleware>[0], new Set());
  expect(() => {
    instance.configure({});
  }).toThrow(/^PagerModule did not start: no line to the pager$/);
});
