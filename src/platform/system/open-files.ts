import { readFileSync } from 'node:fs';

let limit: number | undefined;

/** RLIMIT_NOFILE, the soft one, which Node has raised to the hard one at its start; Infinity where the system does not say. */
export function openFilesLimit(): number {
  limit ??= read();
  return limit;
}

function read(): number {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return line ? Number(line[1]) : Infinity;
  } catch {
    return Infinity; // not Linux
  }
}
