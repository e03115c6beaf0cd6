import { HttpClient } from '../client/http-client.js';
import { invocation, messageOf, UsageError } from '../client/invocation.js';
import { Buttons } from './buttons.js';
import { type LeaveOptions, readOptions, usage } from './options.js';
import { OwnWardline } from './own-wardline.js';
import { Screens } from './screens.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

export interface Scene {
  readonly options: LeaveOptions;
  readonly wardline: OwnWardline;
  readonly screens: Screens;
  readonly buttons: Buttons;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Puts the scene together, plays it, and cleans up. @param play answers whether everything promised was seen */
export async function runBench(name: string, windowSec: number, play: (scene: Scene) => Promise<boolean>): Promise<void> {
  try {
    const options = readOptions(name, windowSec, invocation().args);
    if (options) process.exitCode = (await withScene(options, play)) ? 0 : EXIT_FAILED;
    else process.stdout.write(`${usage(name, windowSec)}\n`);
  } catch (error) {
    say(error instanceof UsageError ? `${error.message}\n${usage(name, windowSec)}` : messageOf(error));
    process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

async function withScene(options: LeaveOptions, play: (scene: Scene) => Promise<boolean>): Promise<boolean> {
  const wardline = await OwnWardline.create(options);
  const interrupt = () => void wardline.remove().finally(() => process.exit(EXIT_FAILED));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const screens = new Screens();
  try {
    await wardline.start();
    const http = new HttpClient(wardline.target);
    say(`opening ${String(options.sockets)} sockets`);
    await screens.open(wardline, http, options.sockets);
    http.close();
    const buttons = new Buttons(wardline.target);
    buttons.press(wardline.firstRun.stations.filter(({ kind }) => kind === 'bedside').slice(0, 4));
    const passed = await play({ options, wardline, screens, buttons });
    await buttons.stop();
    return passed;
  } finally {
    await screens.close();
    await wardline.remove();
  }
}
