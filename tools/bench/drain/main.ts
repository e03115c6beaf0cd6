import { setTimeout as sleep } from 'node:timers/promises';
import { writeJsonFile } from '../command/json-file.js';
import { describeMachine } from '../../simulate/measure/machine.js';
import { leaveFigures, leaveRows, table } from './report.js';
import { runBench } from './run-bench.js';

/** Long enough for calls to be on their way when the signal comes. */
const BEFORE_MS = 2000;
const GOING_AWAY = '1001';

/** SIGTERM with sockets open and buttons pressed; then the same again, to see that nothing was lost. */
await runBench('drain', 10, async ({ options, wardline, screens, buttons }) => {
  await sleep(BEFORE_MS);
  const signalledAt = performance.now();
  wardline.signal('SIGTERM');
  const exitCode = await wardline.exited();
  const exitMs = Math.round(performance.now() - signalledAt);
  await buttons.stop();
  const leave = leaveFigures(screens);
  const { log } = wardline;
  const cut = log.filter(({ event }) => event === 'lifecycle.step_cut').map(({ step }) => String(step));
  await wardline.start();
  await screens.allLive();
  const check = await screens.check();
  const facts = { options, machine: describeMachine(), exit_code: exitCode, exit_ms: exitMs, leave, steps_cut: cut, check };
  process.stdout.write(
    table(`Drain: SIGTERM with ${String(options.sockets)} sockets, window ${String(options.windowSec)} s`, [
      ...leaveRows(leave),
      ['signal to exit, ms', `${String(exitMs)}, exit code ${String(exitCode)}`],
      ['steps cut', cut.length === 0 ? 'none' : cut.join(', ')],
      ['presses acknowledged', String(buttons.acknowledged)],
      ['events at screens', String(check.events)],
      ['lost, out of order', `${String(check.missing)}, ${String(check.defects)}`],
    ]),
  );
  writeJsonFile(options.out, facts);
  return (
    exitCode === 0 &&
    check.missing + check.defects === 0 &&
    leave.told === options.sockets &&
    Object.keys(leave.codes).join() === GOING_AWAY
  );
});
