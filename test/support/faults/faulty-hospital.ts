import type { IncomingMessage } from 'node:http';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  type OnModuleInit,
  UseFilters,
} from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { z } from 'zod';
import { EventConsumer, type ConsumedEvent } from '../../../src/events/consumers/event-consumer.js';
import { EventConsumers } from '../../../src/events/consumers/event-consumers.js';
import type { Identification } from '../../../src/identity/access/identity-provider.js';
import { SessionIdentityProvider } from '../../../src/identity/sessions/session-identity-provider.js';
import { statement } from '../../../src/platform/database/statement.js';
import { type Transaction, Transactions } from '../../../src/platform/database/transactions.js';
import { DueWorkScheduler } from '../../../src/platform/scheduling/due-work-scheduler.js';
import type { Extensions } from '../../../src/program/extensions.js';
import { CommandErrorFilter } from '../../../src/realtime/frames/command-error.filter.js';
import { commandFrame, OnFrame } from '../../../src/realtime/frames/frame.decorators.js';
import { DEFAULT_UPGRADE_GUARDS } from '../../../src/realtime/upgrade/upgrade-guards.js';
import { RealtimeHub } from '../../../src/rooms/realtime-hub.service.js';
import { RoomAuthorizer, type RoomRequest } from '../../../src/rooms/room-authorizer.js';
import { type DispatchableCall, type DispatchCandidate, DispatchStrategy } from '../../../src/ward/calls/dispatch/dispatch-strategy.js';
import { EscalationPolicyProvider } from '../../../src/ward/calls/policies/escalation-policy.js';
import type { EscalationPolicy } from '../../../src/ward/deadlines/deadlines.js';
import { type Notification, Notifier } from '../../../src/ward/notifications/notifier.js';
import { faulty } from './faults.js';

/** The times by which a point is waited for no longer, and a little. */
const LATE = { underLocks: 400, refusal: 2300, consumer: 2800, frame: 10_300 } as const;
/** A shorter ladder than the usual one, so that its answer can be known. */
export const OWN_L1_SEC = 83;

/** Work of the extensions, as far as the tests look at it. */
export const seen = {
  candidates: [] as string[],
  told: [] as string[],
  handled: [] as { seq: number; call: unknown }[],
  taken: 0,
  looked: 0,
};

const spoil = statement('test_spoil', `UPDATE calls SET next_escalation_at = NULL WHERE id = $1`);

@Injectable()
class Strategy extends DispatchStrategy {
  choose(_: DispatchableCall, candidates: readonly DispatchCandidate[]): string {
    seen.candidates = candidates.map(({ staffId }) => staffId);
    return faulty({ good: () => seen.candidates.at(-1), lateMs: LATE.underLocks });
  }
}

@Injectable()
class Policies extends EscalationPolicyProvider {
  policyFor(_: object, usual: EscalationPolicy): EscalationPolicy {
    return faulty({ good: () => ({ ...usual, l1Sec: OWN_L1_SEC }), lateMs: LATE.underLocks });
  }
}

@Injectable()
class Identity extends SessionIdentityProvider {
  override identify(request: IncomingMessage): Promise<Identification> {
    const good = () => super.identify(request);
    return request.headers.authorization === 'Bearer own' ? faulty({ good, lateMs: LATE.refusal }) : good();
  }
}

@Injectable()
class UpgradeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const isOwn = context.switchToHttp().getRequest<IncomingMessage>().headers['x-own'] !== undefined;
    return isOwn ? faulty({ good: () => true, lateMs: LATE.refusal }) : true;
  }
}

@Injectable()
class Rooms extends RoomAuthorizer {
  permits({ room }: RoomRequest): boolean {
    return room === 'own' ? faulty({ good: () => true, lateMs: LATE.refusal }) : false;
  }
}

@Injectable()
class Pager extends Notifier {
  readonly name = 'pager';
  notify({ call_id }: Notification): Promise<string> {
    seen.told.push(call_id);
    return faulty({ good: () => 'taken' });
  }
}

class Consumer extends EventConsumer {
  readonly name = 'own';
  readonly types = ['call.pending'];
  async handle(tx: Transaction, { seq, data }: ConsumedEvent): Promise<void> {
    await (faulty({
      good: () => undefined,
      lateMs: LATE.consumer,
      write: () => tx.query(spoil, [data['call_id']]).catch(() => undefined),
      tx,
    }) as Promise<void>);
    tx.afterCommit(() => seen.handled.push({ seq, call: data['call_id'] }));
  }
}

const frame = commandFrame(z.strictObject({}));

@WebSocketGateway()
@UseFilters(CommandErrorFilter)
class OwnGateway {
  constructor(private readonly transactions: Transactions) {}

  @OnFrame('own.act', frame)
  act(): Promise<object> {
    return this.transactions.run(async (tx) => faulty({ good: () => ({ done: true }), lateMs: LATE.frame, tx }) as object);
  }
}

@Controller('api/v1/own')
class OwnController {
  constructor(private readonly transactions: Transactions) {}

  @Get('act')
  act(): Promise<object> {
    return this.transactions.run(async (tx) => faulty({ good: () => ({ done: true }), tx }) as object);
  }
}

@Injectable()
class Registration implements OnModuleInit {
  constructor(
    private readonly consumers: EventConsumers,
    private readonly scheduler: DueWorkScheduler,
    private readonly transactions: Transactions,
    private readonly hub: RealtimeHub,
  ) {}

  onModuleInit(): void {
    this.consumers.register(new Consumer());
    this.scheduler.register({
      name: 'own',
      handleOne: () => this.transactions.run(async (tx) => faulty({ good: () => (seen.looked++, false), tx })),
    });
    this.hub.consumeReliable('own', async () => {
      await (faulty({ good: () => undefined }) as Promise<void>);
      seen.taken++;
    });
  }
}

@Module({ controllers: [OwnController], providers: [OwnGateway, Registration] })
class OwnModule {}

/** A hospital whose every extension has the fault of the moment. */
export const FAULTY_HOSPITAL: Extensions = {
  dispatchStrategy: Strategy,
  escalationPolicy: Policies,
  identityProvider: Identity,
  upgradeGuards: [...DEFAULT_UPGRADE_GUARDS, UpgradeGuard],
  roomAuthorizer: Rooms,
  notifiers: [Pager],
  modules: [OwnModule],
};
