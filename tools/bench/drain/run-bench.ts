import { HttpClient } from '../client/http-client.js';
import type { Ends } from '../command/ends.js';
import { runCommand } from '../command/run-command.js';
import { say } from '../command/say.js';
import { Buttons } from './buttons.js';
import { type LeaveOptions, readOptions, usage } from './options.js';
import { OwnWardline } from './own-wardline.js';
import { Screens } from './screens.js';

export interface Scene {
  readonly options: LeaveOptions;
  readonly wardline: OwnWardline;
  readonly screens: Screens;
  readonly buttons: Buttons;
}

/** Puts the scene together, plays it, and cleans up. @param play answers whether everything promised was seen */
export async function runBench(name: string, windowSec: number, play: (scene: Scene) => Promise<boolean>): Promise<void> {
  process.exitCode = await runCommand({
    usage: usage(name, windowSec),
    read: (args) => readOptions(name, windowSec, args),
    run: async (options, ends) => play(await setScene(options, ends)),
  });
}

async function setScene(options: LeaveOptions, ends: Ends): Promise<Scene> {
  const wardline = await OwnWardline.create(options);
  ends.add(() => wardline.remove());
  const screens = new Screens();
  ends.add(() => screens.close());
  await wardline.start();
  const http = new HttpClient(wardline.target);
  say(`opening ${String(options.sockets)} sockets`);
  await screens.open(wardline, http, options.sockets);
  http.close();
  const buttons = new Buttons(wardline.target);
  ends.add(() => buttons.stop());
  buttons.press(wardline.firstRun.stations.filter(({ kind }) => kind === 'bedside').slice(0, 4));
  return { options, wardline, screens, buttons };
}
