import { answerParent } from '../process/answers.js';
import { Doze } from './doze.js';
import { type Shaking, shakeHands } from './handshakes.js';
import { type Connecting, ReaderGroup } from './reader-group.js';
import { Crowd, type Gathering } from './return.js';
import { StalledClient, type Stalling } from './stalled-client.js';

const doze = new Doze();
const crowd = new Crowd();
const groups = new Map<string, ReaderGroup>();
let stalled: StalledClient | undefined;

function group(name: string): ReaderGroup {
  const found = groups.get(name) ?? new ReaderGroup();
  groups.set(name, found);
  return found;
}

/** The clients of a bench, in a process of their own. */
const ANSWERS = {
  connect: ({ name, ...connecting }: Connecting & { name: string }) => group(name).connect(connecting),
  doze: (everyMs: number) => {
    doze.set(everyMs);
  },
  mark: (name: string) => {
    group(name).mark();
  },
  tally: (name: string) => group(name).tally(),
  cut: (name: string) => {
    group(name).cut();
  },
  shakeHands: (shaking: Shaking) => shakeHands(shaking),
  gather: (gathering: Gathering) => crowd.gather(gathering),
  cutCrowd: () => {
    crowd.cut();
  },
  comeBack: (heads: Readonly<Record<string, number>>) => crowd.comeBack(heads),
  holdings: () => crowd.holdings(),
  stall: (stalling: Stalling) => {
    stalled = new StalledClient(stalling);
  },
  stalls: () => stalled?.count,
  leave: () => {
    stalled?.leave();
  },
} as const;

export type FleetAnswers = typeof ANSWERS;

answerParent(ANSWERS);
