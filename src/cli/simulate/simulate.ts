import { Command, InvalidArgumentError } from 'commander';
import { answer, programOf } from '../context.js';
import { CommandFailed, EXIT } from '../exit.js';
import { readDemoAccess } from '../first-run.js';
import { linesOf } from './figures.js';
import { Simulation } from './simulation.js';

interface SimulateOptions {
  minutes: number;
  presses: number;
  nurses: number;
  dataDir?: string;
  url?: string;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description(
      "let the demo hospital's nurses and buttons live on a running Wardline of this machine, and say how fast it was and what was lost",
    )
    .option('--minutes <n>', 'how long buttons are pressed', numberFrom(0.05, 240), 1)
    .option('--presses <n>', 'presses a minute', numberFrom(1, 6000), 60)
    .option('--nurses <n>', 'nurses of each department, at most', numberFrom(1, 100), 4)
    .option('--data-dir <folder>', 'where Wardline keeps its data (DATA_DIR)')
    .option('--url <url>', 'where Wardline listens, when first-run.json is out of date')
    .action(async ({ minutes, presses, nurses, ...options }: SimulateOptions, command: Command) => {
      const access = readDemoAccess(options.dataDir ?? (await programOf(command)).config.database.DATA_DIR);
      const url = options.url ?? access.firstRun.url;
      if (!isLoopback(url))
        throw new CommandFailed(EXIT.usage, `${url} is not this machine: a simulation presses its buttons on 127.0.0.1 only`);
      const stop = new AbortController();
      const end = () => {
        stop.abort();
      };
      process.once('SIGINT', end).once('SIGTERM', end);
      try {
        const random = Math.random.bind(Math);
        const report = await new Simulation(access, { url, minutes, presses, nurses, random, stop: stop.signal }).run();
        answer(command, report, linesOf(report));
        if (!report.passed) process.exitCode = EXIT.software;
      } finally {
        process.off('SIGINT', end).off('SIGTERM', end);
      }
    });
}

function numberFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max)) throw new InvalidArgumentError(`from ${String(min)} to ${String(max)}`);
    return value;
  };
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
