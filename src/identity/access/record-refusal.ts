import type { DomainError } from '../../platform/common/errors.js';
import type { RefusalRecorder } from '../../platform/common/refusal-recorder.js';
import { type GuardedRequest, targetOf } from './guarded-request.js';
import { actorOf } from './principal.js';

/** The record's name for a refusal of security; undefined for other refusals. */
function actionOf({ code, refusal, isDenial }: DomainError): string | undefined {
  if (refusal !== undefined) return refusal;
  if (code === 'CSRF_TOKEN_INVALID') return 'access.csrf';
  if (code === 'ORIGIN_FORBIDDEN') return 'access.origin';
  return code === 'NOT_FOUND' && isDenial ? 'access.foreign_department' : undefined;
}

/** Puts a refused request into the record. Never rejects. @returns undefined, at once, where the refusal is none of security */
export function recordRefusal(recorder: RefusalRecorder, error: DomainError, request: GuardedRequest): Promise<void> | undefined {
  const action = actionOf(error);
  if (action === undefined || request.isPreview === true) return undefined;
  const actor = request.principal ? actorOf(request.principal) : 'anonymous';
  return recorder.record({
    actor,
    action,
    target: targetOf(request),
    address: request.clientAddress,
    detail: { reason: error.code.toLowerCase() },
  });
}

/** As `recordRefusal`, for a command over a socket. */
export async function recordCommandRefusal(recorder: RefusalRecorder, error: DomainError, actor: string, type: string): Promise<void> {
  const action = actionOf(error);
  if (action !== undefined) await recorder.record({ actor, action, target: `frame ${type}`, detail: { reason: error.code.toLowerCase() } });
}
