import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    include: ['src/**/*.spec.ts', 'tools/**/*.spec.ts', 'packages/*/src/**/*.spec.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    // Where others share the machine a test gets a second chance; the report names those that needed it.
    retry: process.env['CI'] === undefined ? 0 : 1,
    hookTimeout: 60_000,
    pool: 'forks',
    // Loading the application takes seconds: a worker does it once, and not for every file.
    isolate: false,
    maxWorkers: 2,
    passWithNoTests: false,
  },
});
