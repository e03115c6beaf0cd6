import { setTimeout as sleep } from 'node:timers/promises';
import { writeJsonFile } from '../command/json-file.js';
import { leaveFigures, leaveRows, table } from '../drain/report.js';
import { runBench } from '../drain/run-bench.js';
import { describeMachine } from '../../simulate/measure/machine.js';

const BEFORE_MS = 2000;
const AFTER_MS = 2000;
const SERVICE_RESTART = '1012';

/** A new worker in the old one's place, with sockets open and buttons pressed: nobody is refused, nothing is lost. */
await runBench('restart', 30, async ({ options, wardline, screens, buttons }) => {
  if (!options.memory) {
    await sleep(BEFORE_MS);
    wardline.signal('SIGHUP');
  }
  await wardline.event('worker.replacing');
  const askedAt = performance.now();
  await wardline.event('drain.told');
  const takenMs = Math.round(performance.now() - askedAt);
  await wardline.event('node.left');
  const leftMs = Math.round(performance.now() - askedAt);
  await screens.allLive();
  const backMs = Math.round(performance.now() - askedAt);
  await sleep(AFTER_MS);
  await buttons.stop();
  const leave = leaveFigures(screens);
  const check = await screens.check();
  const refused = Object.fromEntries(buttons.refused);
  const times = { port_taken_ms: takenMs, old_gone_ms: leftMs, all_back_ms: backMs };
  process.stdout.write(
    table(`Restart under load by ${options.memory ? 'memory' : 'SIGHUP'}: ${String(options.sockets)} sockets`, [
      ...leaveRows(leave),
      ['new worker has the port after, ms', String(takenMs)],
      ['old worker gone after, ms', String(leftMs)],
      ['all screens back after, ms', String(backMs)],
      [
        'presses: acknowledged, refused',
        `${String(buttons.acknowledged)}, ${String(Object.values(refused).reduce((sum, one) => sum + one, 0))}`,
      ],
      ['screens turned away on their way back', JSON.stringify(leave.failed_attempts)],
      ['events at screens', String(check.events)],
      ['lost, out of order', `${String(check.missing)}, ${String(check.defects)}`],
    ]),
  );
  writeJsonFile(options.out, { options, machine: describeMachine(), ...times, leave, refused, check });
  const isClean = check.missing + check.defects + buttons.refused.size + screens.attempts.size === 0;
  return isClean && leave.told === options.sockets && Object.keys(leave.codes).join() === SERVICE_RESTART;
});
