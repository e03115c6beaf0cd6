import 'reflect-metadata';
import { UseInterceptors } from '@nestjs/common';
import { expect, it } from 'vitest';
import type { ExtensionGuard } from '../platform/extensions/extension-guard.js';
import { markOwnRoutes } from './own-module-limits.js';

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
