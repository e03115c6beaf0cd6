import { equal, ok } from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { type CanActivate, HttpException } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/internal';
import { firstValueFrom, isObservable } from 'rxjs';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { UpgradeRefusal } from '../../identity/access/upgrade-refusal.js';
import { DomainError } from '../../platform/common/errors.js';
import { within } from '../../platform/common/within.js';
import type { It } from './support/test-runner.js';

/** An upgrade, as the guards before this one leave it. */
export interface UpgradeUnderTest extends Partial<Pick<GuardedRequest, 'clientAddress' | 'principal'>> {
  headers?: Record<string, string>;
  /** `/ws`, unless given. */
  url?: string;
}

/** The guard to be checked, and upgrades that it should meet. */
export interface UpgradeGuardSubject {
  guard: CanActivate;
  /** It lets these pass, as often as they come. */
  passes: readonly UpgradeUnderTest[];
  refuses: readonly UpgradeUnderTest[];
}

/** Wardline waits so long for a guard. */
const LIMIT_MS = 2000;
const MANY = 200;
/** Closes of its own kind; the others are the protocol's. */
const isOwnCloseCode = (code: number) => code === 1000 || code === 1008 || code === 1013 || (code >= 3000 && code <= 4999);

/** `passed`, or the refusal in words that can be compared. @throws what is no refusal */
type Outcome = string;

function requestOf({ headers = {}, url = '/ws', ...more }: UpgradeUnderTest, isPreview: boolean): GuardedRequest {
  const request: GuardedRequest = new IncomingMessage(new Socket());
  Object.assign(request, { method: 'GET', url, headers: { host: 'wardline', upgrade: 'websocket', connection: 'Upgrade', ...headers } });
  return Object.assign(request, { clientAddress: '127.0.0.1', requestId: 'a-request', ...more, ...(isPreview && { isPreview }) });
}

function refusalOf(error: unknown): Outcome {
  if (error instanceof UpgradeRefusal) {
    const { status, closeCode } = error;
    if (closeCode !== null) ok(isOwnCloseCode(closeCode), `no close code that a server may send: ${String(closeCode)}`);
    if (status !== null) ok(status >= 400 && status <= 599, `no status of a refusal: ${String(status)}`);
    return `refused with ${String(closeCode ?? status)}`;
  }
  if (error instanceof DomainError) return `refused with ${error.code}`;
  if (error instanceof HttpException) return `refused with ${String(error.getStatus())}`;
  throw error;
}

/** The promise of a guard of `upgradeGuards`; call it inside a `describe`. */
export function upgradeGuardContract(it: It, subject: () => UpgradeGuardSubject): void {
  const answerOf = async (context: ExecutionContextHost): Promise<boolean> => {
    const answer = await subject().guard.canActivate(context);
    return isObservable(answer) ? firstValueFrom(answer) : answer;
  };
  const ask = async (upgrade: UpgradeUnderTest, isPreview = false): Promise<Outcome> => {
    const { guard } = subject();
    const request = requestOf(upgrade, isPreview);
    const context = new ExecutionContextHost([request, request.socket], guard.constructor as never, () => undefined);
    context.setType('upgrade');
    try {
      const answer: unknown = await within(answerOf(context), LIMIT_MS, () => new Error(`no answer within ${String(LIMIT_MS)} ms`));
      equal(typeof answer, 'boolean', `answered ${String(answer)}`);
      return answer === true ? 'passed' : 'refused with FORBIDDEN';
    } catch (error) {
      return refusalOf(error);
    }
  };

  it('lets pass whom it should, as often as they come', async () => {
    ok(subject().passes.length > 0, 'the subject lets nobody pass');
    for (const upgrade of subject().passes) for (let times = 0; times < 3; times++) equal(await ask(upgrade), 'passed');
  });

  it('refuses whom it should: by `false`, an UpgradeRefusal, a DomainError or Nest’s HttpException', async () => {
    ok(subject().refuses.length > 0, 'the subject refuses nobody');
    for (const upgrade of subject().refuses) ok((await ask(upgrade)).startsWith('refused'), 'it let pass whom it should refuse');
  });

  it('says the same when it is only asked, and counts and takes nothing then', async () => {
    const { passes, refuses } = subject();
    for (const upgrade of passes) {
      for (let times = 0; times < MANY; times++) equal(await ask(upgrade, true), 'passed');
      equal(await ask(upgrade), 'passed');
    }
    for (const upgrade of refuses) equal(await ask(upgrade, true), await ask(upgrade));
  });

  it('refuses in words, or lets pass, whatever the headers are; nothing else is thrown', async () => {
    for (const [n, text] of ['', ' ', 'null', '{}', '%', '\u00e9', '__proto__', 'x'.repeat(8000)].entries())
      for (const { headers: _, ...upgrade } of [...subject().passes, ...subject().refuses]) {
        const names = ['cookie', 'origin', 'authorization', 'x-forwarded-for', 'user-agent', 'sec-websocket-protocol'];
        await ask({ ...upgrade, url: `/ws?n=${String(n)}`, headers: Object.fromEntries(names.map((name) => [name, text])) });
      }
  });

  it('can be asked for many at once', async () => {
    const { passes } = subject();
    const outcomes = await Promise.all(Array.from({ length: MANY }, (_, n) => ask(passes[n % passes.length] ?? {})));
    for (const outcome of outcomes) equal(outcome, 'passed');
  });
}
