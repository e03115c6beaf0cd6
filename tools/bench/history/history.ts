import type { Bench, Outcome } from '../pipe/bench.js';
import { whole } from '../pipe/report.js';
import { HistorySide, RESUMED, type Round } from './history-side.js';
import { historyGoals, historyLines } from './verdicts.js';

/** The empty one has them, too: a resume needs them. */
const FEWEST_EVENTS = RESUMED + 100;

/** Reading and commands on a node with nothing behind it and on one with years, in turns. */
export async function history(bench: Bench): Promise<Outcome> {
  const { options, say } = bench;
  const { calls, rounds } = options;
  const events = Math.max(options.events, FEWEST_EVENTS);
  const empty = { side: await HistorySide.start(bench, 'empty', { calls: 0, events: FEWEST_EVENTS }), rounds: [] as Round[] };
  const full = { side: await HistorySide.start(bench, 'full', { calls, events }), rounds: [] as Round[] };
  for (const { side } of [empty, full]) await side.measure();
  for (let round = 0; round < rounds; round += 1) {
    for (const one of round % 2 === 0 ? [empty, full] : [full, empty]) {
      const measured = await one.side.measure();
      one.rounds.push(measured);
      const { press, resume } = measured.figures;
      say(`round ${String(round + 1)}: ${one.side.name}, press ${press.toFixed(2)} ms, resume ${resume.toFixed(2)} ms`);
    }
  }
  return {
    title: `history: ${whole(calls)} closed calls of 20 departments and ${whole(events)} events of one, compared with none and ${whole(FEWEST_EVENTS)}, ${String(rounds)} round(s), in turns`,
    lines: historyLines(empty.rounds, full.rounds),
    settings: { calls, events, rounds },
    result: { empty: empty.rounds, full: full.rounds },
    goals: historyGoals(empty.rounds, full.rounds),
  };
}
