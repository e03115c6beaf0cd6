import { UseFilters } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { z } from 'zod';
import { DepartmentAccess } from '../../../identity/access/department-access.js';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { slug } from '../../../platform/common/values/ids.js';
import { CommandErrorFilter } from '../../../realtime/frames/command-error.filter.js';
import { Caller, commandFrame, Frame, OnFrame } from '../../../realtime/frames/frame.decorators.js';
import { pauseBody } from '../staffing-schemas.js';
import { BreaksService } from './breaks.service.js';
import type { ShiftView } from './shift.js';
import { ShiftsService } from './shifts.service.js';

const shiftFrame = commandFrame(z.strictObject({ dept: slug }));
type ShiftFrame = z.infer<typeof shiftFrame>;
const endFrame = commandFrame(z.strictObject({ dept: slug, confirm: z.boolean().optional() }));
const pauseFrame = commandFrame(pauseBody.extend({ dept: slug }));

@WebSocketGateway()
@UseFilters(CommandErrorFilter)
export class ShiftsGateway {
  constructor(
    private readonly shifts: ShiftsService,
    private readonly breaks: BreaksService,
    private readonly access: DepartmentAccess,
  ) {}

  @OnFrame('shift.start', shiftFrame)
  start(@Frame() { id, data }: ShiftFrame, @Caller() staff: StaffPrincipal): Promise<ShiftView> {
    this.access.require(staff, data.dept);
    return this.shifts.start(staff, data.dept, id);
  }

  @OnFrame('shift.end', endFrame)
  end(@Frame() { id, data }: z.infer<typeof endFrame>, @Caller() staff: StaffPrincipal): Promise<ShiftView> {
    this.access.require(staff, data.dept);
    return this.shifts.end(staff, data.dept, data.confirm, id);
  }

  @OnFrame('shift.pause', pauseFrame)
  pause(@Frame() { id, data }: z.infer<typeof pauseFrame>, @Caller() staff: StaffPrincipal): Promise<ShiftView> {
    const { dept, ...request } = data;
    this.access.require(staff, dept);
    return this.breaks.pause(staff, dept, request, id);
  }

  @OnFrame('shift.resume', shiftFrame)
  resume(@Frame() { id, data }: ShiftFrame, @Caller() staff: StaffPrincipal): Promise<ShiftView> {
    this.access.require(staff, data.dept);
    return this.breaks.resume(staff, data.dept, id);
  }
}
