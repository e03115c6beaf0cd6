import { UseFilters } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { ClientRate } from '../../../realtime/frames/client-rate.js';
import { CommandErrorFilter } from '../../../realtime/frames/command-error.filter.js';
import { Caller, Frame, OnFrame } from '../../../realtime/frames/frame.decorators.js';
import { CallCommandsService } from '../commands/call-commands.service.js';
import type { CallCommand } from '../call-states.js';
import type { CallView } from '../call.js';
import { callFrame, type CallFrame, declineFrame, type DeclineFrame, raiseFrame, type RaiseFrame } from './call-schemas.js';
import { RaiseCallService } from '../commands/raise-call.service.js';

/** The commands of calls over a socket. */
@WebSocketGateway()
@UseFilters(CommandErrorFilter)
export class CallsGateway {
  constructor(
    private readonly raising: RaiseCallService,
    private readonly commands: CallCommandsService,
    rate: ClientRate,
  ) {
    // A call for help is never limited.
    rate.neverLimit('call.raise');
  }

  @OnFrame('call.raise', raiseFrame)
  async raise(@Frame() { id, data }: RaiseFrame, @Caller() staff: StaffPrincipal): Promise<CallView> {
    return (await this.raising.raiseByStaff(staff, data, id)).call;
  }

  @OnFrame('call.accept', callFrame)
  accept(@Frame() frame: CallFrame, @Caller() staff: StaffPrincipal): Promise<CallView> {
    return this.execute('accept', frame, staff);
  }

  @OnFrame('call.decline', declineFrame)
  decline(@Frame() frame: DeclineFrame, @Caller() staff: StaffPrincipal): Promise<CallView> {
    return this.execute('decline', frame, staff);
  }

  @OnFrame('call.arrive', callFrame)
  arrive(@Frame() frame: CallFrame, @Caller() staff: StaffPrincipal): Promise<CallView> {
    return this.execute('arrive', frame, staff);
  }

  @OnFrame('call.complete', callFrame)
  complete(@Frame() frame: CallFrame, @Caller() staff: StaffPrincipal): Promise<CallView> {
    return this.execute('complete', frame, staff);
  }

  @OnFrame('call.cancel', callFrame)
  cancel(@Frame() frame: CallFrame, @Caller() staff: StaffPrincipal): Promise<CallView> {
    return this.execute('cancel', frame, staff);
  }

  private execute(command: CallCommand, { id, data }: CallFrame | DeclineFrame, staff: StaffPrincipal): Promise<CallView> {
    const { call_id, ...details } = data;
    return this.commands.execute(staff, command, call_id, details, id);
  }
}
