const SHELLS = ['/app', '/board', '/console'];

/** The page that a path belongs to, where it is one that may be kept. */
export function shellOf(path: string): string | undefined {
  if (path === '/') return '/';
  return SHELLS.find((shell) => path === shell || path.startsWith(`${shell}/`));
}

/** Files of the build that carry their hash, and the icons. */
export function isAsset(path: string): boolean {
  return path.startsWith('/assets/') || /^\/icon(-\d+)?\.(svg|png)$/.test(path);
}
