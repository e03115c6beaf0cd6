import { Injectable, Module, type OnModuleInit, UseFilters } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Identification } from '../../src/identity/access/identity-provider.js';
import { actorOf, belongsTo, type StaffPrincipal } from '../../src/identity/access/principal.js';
import { SessionIdentityProvider } from '../../src/identity/sessions/session-identity-provider.js';
import { IdempotentCommands } from '../../src/platform/idempotency/idempotent-commands.js';
import { notFound } from '../../src/platform/common/errors.js';
import { placeId } from '../../src/platform/common/values/ids.js';
import { statement } from '../../src/platform/database/statement.js';
import { type DispatchableCall, type DispatchCandidate, DispatchStrategy } from '../../src/ward/calls/dispatch/dispatch-strategy.js';
import { EscalationPolicyProvider } from '../../src/ward/calls/policies/escalation-policy.js';
import type { EscalationPolicy } from '../../src/ward/deadlines/deadlines.js';
import { DepartmentSnapshots } from '../../src/events/snapshots/department-snapshots.js';
import { EventCatalog } from '../../src/events/log/event-catalog.js';
import { EventLog } from '../../src/events/log/event-log.js';
import type { Extensions } from '../../src/program/extensions.js';
import { CommandErrorFilter } from '../../src/realtime/frames/command-error.filter.js';
import { Caller, commandFrame, Frame, OnFrame } from '../../src/realtime/frames/frame.decorators.js';

/** A request for service goes to the last of the line; the rest goes round. */
@Injectable()
export class CareGoesRound extends DispatchStrategy {
  choose(call: DispatchableCall, candidates: readonly DispatchCandidate[]): string {
    return candidates.at(call.type === 'service_request' ? -1 : 0)!.staffId;
  }
}

/** A patient who has left the bed waits half as long. */
@Injectable()
export class HurriedBedExits extends EscalationPolicyProvider {
  policyFor(call: { type: string }, usual: EscalationPolicy): EscalationPolicy {
    if (call.type !== 'bed_exit') return usual;
    const [l1Sec, l2Sec, l3Sec] = [usual.l1Sec, usual.l2Sec, usual.l3Sec].map((seconds) => Math.ceil(seconds / 2));
    return { ...usual, l1Sec: l1Sec!, l2Sec: l2Sec!, l3Sec: l3Sec! };
  }
}

/** Wardline's own sign-in, for all but one. */
@Injectable()
export class NoTemps extends SessionIdentityProvider {
  override async identify(request: IncomingMessage): Promise<Identification> {
    const who = await super.identify(request);
    return who.kind === 'identified' && who.principal.username === 'icu-nurse-4' ? { kind: 'invalid' } : who;
  }
}

declare module '../../src/events/log/event.js' {
  interface EventPayloads {
    'bed.cleaned': { bed_id: string };
  }
}

const deptOfBed = statement('dept_of_bed', 'SELECT r.dept_id AS dept FROM beds b JOIN rooms r ON r.id = b.room_id WHERE b.id = $1');

@Injectable()
export class Beds implements OnModuleInit {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly log: EventLog,
    private readonly catalog: EventCatalog,
    private readonly snapshots: DepartmentSnapshots,
  ) {}

  onModuleInit(): void {
    this.catalog.declareAll({ 'bed.cleaned': { critical: false } });
    this.snapshots.contribute(
      'beds',
      'SELECT json_agg(b.id ORDER BY b.id) FROM beds b JOIN rooms r ON r.id = b.room_id WHERE r.dept_id = $1',
    );
  }

  clean(staff: StaffPrincipal, bedId: string, key: string): Promise<{ bed_id: string }> {
    return this.commands.run(actorOf(staff), key, { type: 'bed.clean', bed_id: bedId }, async (tx) => {
      const bed = await tx.one<{ dept: string }>(deptOfBed, [bedId]);
      if (!bed || !belongsTo(staff, bed.dept)) throw notFound('bed');
      const data = { bed_id: bedId };
      this.log.append(tx, { dept: bed.dept, type: 'bed.cleaned', data, actorId: actorOf(staff) });
      return data;
    });
  }
}

const cleanFrame = commandFrame(z.strictObject({ bed_id: placeId }));

@WebSocketGateway()
@UseFilters(CommandErrorFilter)
export class BedsGateway {
  constructor(private readonly beds: Beds) {}

  @OnFrame('bed.clean', cleanFrame)
  clean(@Frame() { id, data }: z.infer<typeof cleanFrame>, @Caller() staff: StaffPrincipal): Promise<{ bed_id: string }> {
    return this.beds.clean(staff, data.bed_id, id);
  }
}

@Module({ providers: [Beds, BedsGateway] })
export class BedsModule {}

/** As a team would write them into `src/index.ts`. */
export const OWN_HOSPITAL: Extensions = {
  identityProvider: NoTemps,
  dispatchStrategy: CareGoesRound,
  escalationPolicy: HurriedBedExits,
  modules: [BedsModule],
};
