import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { optionalKey } from '../../../platform/idempotency/idempotency-key.js';
import { slug } from '../../../platform/common/values/ids.js';
import { CurrentManager, ForManagers } from '../managers-routes.js';
import { NOTICE_CODES } from './notice-events.js';
import { NoticesService, type NoticeView } from './notices.service.js';
import type { Manager } from '../staffing-changes.js';

const noticeBody = z.strictObject({ code: z.enum(NOTICE_CODES) });

@ApiTags('staffing')
@ForManagers()
@Controller('api/v1/departments/:dept/notices')
export class NoticesController {
  constructor(private readonly notices: NoticesService) {}

  @Post()
  @HttpCode(201)
  post(
    @CurrentManager() by: Manager,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: noticeBody }) { code }: z.infer<typeof noticeBody>,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<NoticeView> {
    return this.notices.post(by, dept, code, optionalKey(key));
  }
}
