import { Column } from 'typeorm';
import { DEADLINE_NAMES, type DeadlineName, DEADLINES } from './deadlines.js';

type Row<Needed extends DeadlineName> = Record<Needed, number> & Record<Exclude<DeadlineName, Needed>, number | null>;

/** The part of an entity that holds its deadlines. @param needed those that a row cannot be without */
export function deadlineColumns<Needed extends DeadlineName = never>(needed: readonly Needed[] = []): abstract new () => Row<Needed> {
  abstract class Deadlines {
    [name: string]: unknown;
  }
  for (const name of DEADLINE_NAMES) {
    const nullable = !needed.some((one) => one === name);
    Column({ name: DEADLINES[name].column, type: 'int', nullable })(Deadlines.prototype, name);
  }
  return Deadlines as abstract new () => Row<Needed>;
}
