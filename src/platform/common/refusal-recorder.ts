/** A refusal that the record keeps: whose, of what kind, for what, from where. */
export interface Refusal {
  /** `staff:<id>`, `station:<id>` or `anonymous`. */
  actor: string;
  action: string;
  target?: string | undefined;
  address?: string | undefined;
  detail?: Readonly<Record<string, unknown>>;
}

/** Keeps refusals; those that repeat within a minute as one record with a count. */
export abstract class RefusalRecorder {
  /** Never rejects: a record that cannot be written now is written later. */
  abstract record(refusal: Refusal): Promise<void>;
}
