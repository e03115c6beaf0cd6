import { defineConfig } from 'vitest/config';

/** The unit tests of `src`, for mutation: no database, no build. */
export default defineConfig({
  resolve: { conditions: ['@wardline/source'] },
  ssr: { resolve: { conditions: ['@wardline/source'] } },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: { include: ['src/**/*.spec.ts'], isolate: false, testTimeout: 60_000 },
});
