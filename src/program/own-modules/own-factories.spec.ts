import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { boundFactories } from './own-factories.js';
import { asOwnFailure } from './own-module-start.js';

afterEach(() => {
  vi.useRealTimers();
});

function moduleWith(provider: object, ...imports: object[]) {
  class PagerModule {
    readonly line = 1;
  }
  Module({ providers: [provider as never], imports: imports as never[] })(PagerModule);
  return PagerModule;
}

async function start(module: ReturnType<typeof moduleWith>): Promise<unknown> {
  boundFactories([module]);
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    return app.get('PAGER', { strict: false });
  } finally {
    await app.close();
  }
}

describe('a factory of a module of the hospital’s own', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no line\n\nCall the house.');
      },
    ],
    ['fails', () => Promise.reject(new Error('no line'))],
  ])('that %s ends the start with its name, in one line', async (_, useFactory) => {
    await expect(start(moduleWith({ provide: 'PAGER', useFactory }))).rejects.toThrow(/^PAGER of PagerModule did not start: no line$/);
  });

  it('that never settles ends the start after half a minute, also deep below', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'clearTimeout'] });
    const useFactory = () => new Promise<never>(() => undefined);
    class Inner {
      readonly line = 1;
    }
    const inner = { module: Inner, providers: [{ provide: 'PAGER', useFactory }] };
    const failed = expect(start(moduleWith({ provide: 'OTHER', useValue: 1 }, { forwardRef: () => inner }))).rejects.toThrow(
      'PAGER of Inner did not start: not there within 30 s',
    );
    await vi.advanceTimersByTimeAsync(31_000);
    await failed;
  });

  it('gets what it injects, also when another application has had it', async () => {
    const module = moduleWith({ provide: 'PAGER', useFactory: () => 'a pager' });
    expect(await start(module)).toBe('a pager');
    expect(await start(module)).toBe('a pager');
  });
});

it('a dependency that nobody provides is one line, with the names of class and module', async () => {
  class Pager {
    readonly line = 1;
  }
  const module = moduleWith({ provide: Pager, useFactory: () => new Pager(), inject: ['LINE'] });
  const error = await start(module).catch(asOwnFailure);
  expect((error as Error).message).toMatch(/^Pager did not start: Nest can't resolve dependencies of the Pager .*PagerModule.*\.$/);
});
