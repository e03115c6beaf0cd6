// Server and screens with reload: the server at its port, the screens at http://localhost:5173, which pass the rest on to it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const ROOT = join(import.meta.dirname, '..');
const children = [
  spawn('npx', ['nest', 'start', '--watch'], { cwd: ROOT, stdio: 'inherit' }),
  spawn('npx', ['vite', '--clearScreen', 'false'], { cwd: join(ROOT, 'web'), stdio: 'inherit' }),
];

/** One ends, both end. A terminal signals both by itself. */
function end(signal) {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill(signal);
}
for (const child of children) {
  child.on('exit', (code) => {
    process.exitCode ??= code ?? 0;
    end('SIGTERM');
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(signal));
