import { Body, Controller, Headers, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { optionalKey } from '../../../platform/idempotency/idempotency-key.js';
import { slug } from '../../../platform/common/values/ids.js';
import { CurrentManager, ForManagers } from '../managers-routes.js';
import { QueueOrderService, type QueueView } from './queue-order.service.js';
import type { Manager } from '../staffing-changes.js';
import { queueBody, type QueueBody } from '../staffing-schemas.js';

@ApiTags('staffing')
@ForManagers()
@Controller('api/v1/departments/:dept/queue')
export class QueueOrderController {
  constructor(private readonly queue: QueueOrderService) {}

  /** A new order of those who are in the queue; the first takes the next turn. */
  @Put()
  reorder(
    @CurrentManager() by: Manager,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: queueBody }) { staff_ids }: QueueBody,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<QueueView> {
    return this.queue.reorder(by, dept, staff_ids, optionalKey(key));
  }
}
