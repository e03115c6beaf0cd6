import { createHash } from 'node:crypto';

/** A prepared statement: parsed once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Statements that are made while the node runs, of snapshots for example, are few. */
const MAX_REMEMBERED = 2000;
const all: Statement[] = [];

/** The statements of the modules that are loaded: each is made once, when its module loads. */
export function allStatements(): readonly Statement[] {
  return all;
}

/** The name carries a digest of the text, so that two statements can never meet under one name. */
export function statement(name: string, text: string): Statement {
  const made = { name: `${name}_${createHash('sha256').update(text).digest('hex').slice(0, 12)}`, text };
  if (all.length < MAX_REMEMBERED) all.push(made);
  return made;
}
