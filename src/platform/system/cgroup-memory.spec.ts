import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryLeft, memoryLimit } from './cgroup-memory.js';

const MB = 1024 * 1024;
const roots: string[] = [];

function machine(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'wardline-cgroup-'));
  roots.push(root);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

describe('the memory of control groups', () => {
  it("is a service's own limit in version 2, without files that the kernel may drop", () => {
    const root = machine({
      'proc/self/cgroup': '0::/system.slice/wardline.service\n',
      'sys/fs/cgroup/system.slice/memory.max': 'max\n',
      'sys/fs/cgroup/system.slice/wardline.service/memory.max': `${String(200 * MB)}\n`,
      'sys/fs/cgroup/system.slice/wardline.service/memory.current': `${String(150 * MB)}\n`,
      'sys/fs/cgroup/system.slice/wardline.service/memory.stat': `anon 1\ninactive_file ${String(30 * MB)}\nactive_file 7\n`,
    });
    expect(memoryLimit(root)).toBe(200 * MB);
    expect(memoryLeft(root)).toBe(80 * MB);
  });

  it('is the narrowest of those above it', () => {
    const root = machine({
      'proc/self/cgroup': '0::/a/b\n',
      'sys/fs/cgroup/a/memory.max': `${String(100 * MB)}\n`,
      'sys/fs/cgroup/a/memory.current': `${String(99 * MB)}\n`,
      'sys/fs/cgroup/a/b/memory.max': `${String(200 * MB)}\n`,
      'sys/fs/cgroup/a/b/memory.current': `${String(10 * MB)}\n`,
    });
    expect(memoryLimit(root)).toBe(100 * MB);
    expect(memoryLeft(root)).toBe(MB);
  });

  it('is found in version 1, and in a container, where the path is not to be seen', () => {
    const root = machine({
      'proc/self/cgroup': '9:name=systemd:/\n4:memory:/docker/0123\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': `${String(64 * MB)}\n`,
      'sys/fs/cgroup/memory/memory.usage_in_bytes': `${String(70 * MB)}\n`,
    });
    expect(memoryLimit(root)).toBe(64 * MB);
    expect(memoryLeft(root)).toBe(0);
  });

  it("is the machine's where nothing limits it", () => {
    const root = machine({ 'proc/self/cgroup': '4:memory:/\n', 'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' });
    expect(memoryLimit(root)).toBe(totalmem());
    expect(memoryLimit(machine({}))).toBe(totalmem());
    expect(memoryLeft(machine({}))).toBeGreaterThan(0);
  });
});
