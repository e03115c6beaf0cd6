import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentStaff } from '../../../identity/access/access.js';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { requiredKey } from '../../../platform/idempotency/idempotency-key.js';
import { uuid } from '../../../platform/common/values/ids.js';
import { CallCommandsService } from '../commands/call-commands.service.js';
import type { CallView } from '../call.js';
import { commandBody, type CommandBody, declineBody, type DeclineBody } from './call-schemas.js';

type Key = string | undefined;

/** People's commands on a call. Each has a route and a description of its own. */
@ApiTags('calls')
@Controller('api/v1/calls/:id')
export class CallCommandsController {
  constructor(private readonly commands: CallCommandsService) {}

  /** Accepts the call. One of several who try gets it, the others get 409 with the call. */
  @Post('accept')
  @HttpCode(200)
  accept(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: commandBody }) body: CommandBody,
    @Headers('idempotency-key') key: Key,
  ): Promise<CallView> {
    return this.commands.execute(staff, 'accept', id, body, requiredKey(key));
  }

  /** Not me: the next one is asked. */
  @Post('decline')
  @HttpCode(200)
  decline(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: declineBody }) body: DeclineBody,
    @Headers('idempotency-key') key: Key,
  ): Promise<CallView> {
    return this.commands.execute(staff, 'decline', id, body, requiredKey(key));
  }

  /** I am there. */
  @Post('arrive')
  @HttpCode(200)
  arrive(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: commandBody }) body: CommandBody,
    @Headers('idempotency-key') key: Key,
  ): Promise<CallView> {
    return this.commands.execute(staff, 'arrive', id, body, requiredKey(key));
  }

  /** The patient has what they called for. */
  @Post('complete')
  @HttpCode(200)
  complete(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: commandBody }) body: CommandBody,
    @Headers('idempotency-key') key: Key,
  ): Promise<CallView> {
    return this.commands.execute(staff, 'complete', id, body, requiredKey(key));
  }

  /** Cancels the call, which needs nobody; away from the bedside, with a reason. */
  @Post('cancel')
  @HttpCode(200)
  cancel(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: commandBody }) body: CommandBody,
    @Headers('idempotency-key') key: Key,
  ): Promise<CallView> {
    return this.commands.execute(staff, 'cancel', id, body, requiredKey(key));
  }
}
