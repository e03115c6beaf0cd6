import { z } from 'zod';
import { DomainError } from './errors.js';

const MAX_FIELDS = 20;

/** Of a request that says all by its path: nothing, or `{}`. What is sent in vain is refused rather than passed over. */
export const noBody = z.strictObject({}).default({});
export type NoBody = z.infer<typeof noBody>;

interface Issue {
  readonly code?: string | undefined;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function pathOf(issue: Issue, parameter: string | undefined): string {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return [...(parameter === undefined ? [] : [parameter]), ...path].join('.');
}

/** Names fields of the schema and the kind of mistake; never a value or a key of the caller's. @param parameter of the path, where it is one that is wrong */
export function validationError(issues: readonly Issue[], parameter?: string): DomainError {
  const fields = issues.slice(0, MAX_FIELDS).map((issue) => ({ path: pathOf(issue, parameter), problem: issue.code ?? 'invalid' }));
  return new DomainError('VALIDATION_FAILED', 'a field is missing, unknown or wrong', { details: { fields } });
}

/** @throws DomainError VALIDATION_FAILED */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw validationError(result.error.issues);
  return result.data;
}
