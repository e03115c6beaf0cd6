import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const VERSION_TIMEOUT_MS = 10_000;

const require = createRequire(import.meta.url);

function folderOf(resolve: () => string): string | undefined {
  try {
    return dirname(resolve());
  } catch {
    return undefined; // not installed: optional, and there is none for every platform
  }
}

/** Bun's own package, whose install step may not have run, and the platforms' packages, which hold the binary as it is. */
function candidates(): string[] {
  const { platform } = process;
  const arch = process.arch === 'arm64' ? 'aarch64' : process.arch;
  const packages = [`bun-${platform}-${arch}`, `bun-${platform}-${arch}-musl`];
  const bun = folderOf(() => require.resolve('bun/package.json'));
  return [
    ...(bun === undefined ? [] : [join(bun, 'bin', 'bun.exe'), join(bun, 'bin', 'bun')]),
    ...packages.flatMap((name) => {
      const folder = folderOf(() => require.resolve(`@oven/${name}/package.json`));
      return folder === undefined ? [] : [join(folder, 'bin', 'bun')];
    }),
  ];
}

export type BunBinary = { readonly path: string; readonly version: string } | { readonly missing: string };

/** The Bun that npm installed, tried once; why there is none, otherwise. */
export function findBun(): BunBinary {
  const found = candidates().filter((path) => existsSync(path));
  for (const path of found) {
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: VERSION_TIMEOUT_MS });
    if (status === 0) return { path, version: stdout.trim() };
  }
  return { missing: found.length === 0 ? 'no binary is installed for this platform' : 'its binary does not run on this machine' };
}
