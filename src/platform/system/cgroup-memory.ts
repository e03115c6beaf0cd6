import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

/** One group that the process is in, and what the kernel lets its members use together. In bytes. */
interface Group {
  limit: number;
  /** Memory that must be given back first, without pages of files, which the kernel drops when memory is short. */
  used: number;
}

interface Version {
  base: string;
  /** Matches the group's path in `/proc/self/cgroup`. */
  line: RegExp;
  limit: string;
  usage: string;
  reclaimable: RegExp;
}

const VERSIONS: readonly Version[] = [
  { base: 'sys/fs/cgroup', line: /^0::(.*)$/m, limit: 'memory.max', usage: 'memory.current', reclaimable: /^inactive_file (\d+)$/m },
  {
    base: 'sys/fs/cgroup/memory',
    line: /^\d+:memory:(.*)$/m,
    limit: 'memory.limit_in_bytes',
    usage: 'memory.usage_in_bytes',
    reclaimable: /^total_inactive_file (\d+)$/m,
  },
];

/** The least of what the process's control groups and the machine allow, in bytes. */
export function memoryLimit(root = '/'): number {
  return Math.min(totalmem(), ...groups(root).map(({ limit }) => limit));
}

/** Memory left, in bytes. */
export function memoryLeft(root = '/'): number {
  return Math.max(0, Math.min(freemem(), ...groups(root).map(({ limit, used }) => limit - used)));
}

/** The groups with a limit, from the process's own to the topmost one that can be seen; in a container that is one. */
function groups(root: string): Group[] {
  const ours = read(join(root, 'proc/self/cgroup')) ?? '';
  return VERSIONS.flatMap((version) => {
    const path = version.line.exec(ours)?.[1];
    return path === undefined ? [] : ancestors(path).flatMap((folder) => groupAt(join(root, version.base, folder), version));
  });
}

function ancestors(path: string): string[] {
  return path === '/' || path === '.' ? ['/'] : [path, ...ancestors(dirname(path))];
}

function groupAt(folder: string, { limit, usage, reclaimable }: Version): Group[] {
  const bytes = Number.parseInt(read(join(folder, limit)) ?? '', 10);
  // `max`, or version 1's way to say it, a number near 2^63.
  if (Number.isNaN(bytes) || bytes > totalmem()) return [];
  const inactive = reclaimable.exec(read(join(folder, 'memory.stat')) ?? '')?.[1];
  return [{ limit: bytes, used: Math.max(0, Number.parseInt(read(join(folder, usage)) ?? '0', 10) - Number(inactive ?? 0)) }];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not in such a group, or another system than Linux
  }
}
