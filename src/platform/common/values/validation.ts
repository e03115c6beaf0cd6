import { z } from 'zod';
import { DomainError } from '../errors.js';

const MAX_FIELDS = 20;

/** The body of a request that says everything by its path: nothing, or `{}`. Other fields are refused rather than ignored. */
export const noBody = z.strictObject({}).default({});
export type NoBody = z.infer<typeof noBody>;

interface Issue {
  readonly code?: string | undefined;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Fields that the schema does not know. */
  readonly keys?: readonly string[] | undefined;
}

/** An unknown field is named in the error only when its name looks like one: any other key is the caller's text. */
const FIELD_NAME = /^[A-Za-z_]{1,40}$/;

function fieldsOf(issue: Issue, parameter: string | undefined): { path: string; problem: string }[] {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const own = [...(parameter === undefined ? [] : [parameter]), ...path];
  const problem = issue.code ?? 'invalid';
  const unknown = (issue.keys ?? []).filter((key) => FIELD_NAME.test(key));
  if (unknown.length === 0) return [{ path: own.join('.'), problem }];
  return unknown.map((key) => ({ path: [...own, key].join('.'), problem }));
}

/** Names the fields and the kind of mistake; never a value. @param parameter of the path, where it is one that is wrong */
export function validationError(issues: readonly Issue[], parameter?: string): DomainError {
  const fields = issues.slice(0, MAX_FIELDS).flatMap((issue) => fieldsOf(issue, parameter));
  return new DomainError('VALIDATION_FAILED', 'a field is missing, unknown or wrong', { details: { fields: fields.slice(0, MAX_FIELDS) } });
}

/** @throws DomainError VALIDATION_FAILED */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw validationError(result.error.issues);
  return result.data;
}
