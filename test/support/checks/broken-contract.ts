import type { It } from '../../../src/testing/index.js';

/** The checks of a contract that the subject does not pass. */
export async function broken(contract: (it: It) => void): Promise<string[]> {
  const checks: [string, () => Promise<void>][] = [];
  contract((name, run) => checks.push([name, run]));
  const failed: string[] = [];
  for (const [name, run] of checks)
    await run().catch(() => {
      failed.push(name.split(/[:,]/)[0] ?? name);
    });
  return failed;
}
