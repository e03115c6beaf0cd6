import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files of the integration project wait for deadlines, restarts and processes: they begin first, so that the others compute meanwhile. At the
 * end come many short ones, and no worker waits long for the last.
 */
const PROJECTS = ['integration', 'e2e', 'unit'];

class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project }: TestSpecification) => PROJECTS.indexOf(project.name);
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const shared = {
  // A test's own waits end sooner, and say for what.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  // On a shared machine a test gets a second chance; the report names those that needed it.
  retry: process.env['CI'] === undefined ? 0 : 1,
  pool: 'forks' as const,
  // Loading the application takes seconds: a worker does it once, and not for every file.
  isolate: false,
};
// The client is tested from its sources: no build first.
const conditions = ['@wardline/source'];
const sources = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const decorators = { decorator: { legacy: true, emitDecoratorMetadata: true } };
const withDatabase = { ...shared, globalSetup: ['test/support/global-setup.ts'] };

export default defineConfig({
  test: {
    // Tests wait for sockets, deadlines and processes more than they compute: two files a core take half the time of one. A server of one's own
    // has 100 connections unless it was set up otherwise, which is too few for four.
    maxWorkers: process.env['TEST_DATABASE_URL'] === undefined ? 4 : 2,
    passWithNoTests: false,
    sequence: { sequencer: WaitingFirst },
    projects: [
      {
        ...sources,
        oxc: decorators,
        test: {
          ...shared,
          name: 'unit',
          include: ['src/**/*.spec.ts', 'tools/**/*.spec.ts', 'packages/*/src/**/*.spec.{ts,tsx}', 'web/src/**/*.spec.{ts,tsx}'],
        },
      },
      { ...sources, oxc: decorators, test: { ...withDatabase, name: 'integration', include: ['test/integration/**/*.test.ts'] } },
      { ...sources, oxc: decorators, test: { ...withDatabase, name: 'e2e', include: ['test/e2e/**/*.test.ts'] } },
    ],
  },
});
