import type { Acknowledged, AskedAgain } from '../checker/history.js';

/** Notes every acknowledged command, as a person who saw "done" on a screen would. */
export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  readonly askedAgain: AskedAgain[] = [];
  /** Each kind of command with its answer, and how often. */
  readonly answers = new Map<string, number>();

  get unanswered(): number {
    return [...this.answers].reduce((sum, [answer, count]) => (answer.endsWith(' unanswered') ? sum + count : sum), 0);
  }

  note(command: string, outcome: string, acknowledged?: Acknowledged): void {
    const answer = `${command} ${outcome}`;
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
    if (acknowledged) this.acknowledged.push(acknowledged);
  }

  again(answer: AskedAgain): void {
    this.askedAgain.push(answer);
  }
}
