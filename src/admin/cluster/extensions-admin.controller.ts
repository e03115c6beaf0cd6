import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type ConsumerView, EventConsumers } from '../../events/consumers/event-consumers.js';
import { Roles } from '../../identity/access/access.js';
import { notFound } from '../../platform/common/errors.js';
import { typedText } from '../../platform/common/values/text.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { ExtensionSwitches } from '../../platform/extensions/extension-switches.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

const enableBody = z.strictObject({ point: typedText(1, 200) });

/** The condition of a hospital's own code. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/extensions')
export class ExtensionsAdminController {
  constructor(
    private readonly guard: ExtensionGuard,
    private readonly switches: ExtensionSwitches,
    private readonly consumers: EventConsumers,
    private readonly changes: AuditedChanges,
  ) {}

  /** Extension points that were called on this node or are off, and the cursors of consumers. */
  @Get()
  async list() {
    const [stuck, consumers] = await Promise.all([this.switches.list(), this.consumers.list()]);
    const stuckAt = new Map(stuck.map((one) => [one.point, one]));
    const points = new Map(this.guard.conditions().map((condition) => [condition.point, condition]));
    const items = [...new Set([...points.keys(), ...stuckAt.keys()])].sort().map((point) => {
      const { state = 'ok', failures = 0, lastFailedAt = null, lastReason = null } = points.get(point) ?? {};
      const { stuck_at = null, off_since = null } = stuckAt.get(point) ?? {};
      const last_failed_at = lastFailedAt === null ? null : new Date(lastFailedAt).toISOString();
      return {
        point,
        state: off_since === null ? state : ('off' as const),
        failures,
        last_failed_at,
        last_reason: lastReason,
        stuck_at,
        off_since,
      };
    });
    return { items, consumers: consumers satisfies ConsumerView[] };
  }

  /** Puts a point that is off in use again, on every node. 404 where it is not off. */
  @Post('enable')
  @HttpCode(204)
  async enable(
    @CurrentAdministrator() by: Administrator,
    @Body({ schema: enableBody }) { point }: z.infer<typeof enableBody>,
  ): Promise<void> {
    await this.changes.run(by, { action: 'extension.enable', target: `extension:${point}` }, async (tx) => {
      if (!(await this.switches.enable(tx, point))) throw notFound('extension point that is off');
    });
  }
}
