import { UseFilters } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { z } from 'zod';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { slug } from '../../../platform/common/ids.js';
import { CommandErrorFilter } from '../../../realtime/frames/command-error.filter.js';
import { Caller, commandFrame, Frame, OnFrame } from '../../../realtime/frames/frame.decorators.js';
import { ShiftsService, type ShiftView } from './shifts.service.js';

const shiftFrame = commandFrame(z.strictObject({ dept: slug }));
type ShiftFrame = z.infer<typeof shiftFrame>;

@WebSocketGateway()
@UseFilters(CommandErrorFilter)
export class ShiftsGateway {
  constructor(private readonly shifts: ShiftsService) {}

  @OnFrame('shift.start', shiftFrame)
  start(@Frame() { id, data }: ShiftFrame, @Caller() staff: StaffPrincipal): Promise<ShiftView> {
    return this.shifts.start(staff, data.dept, id);
  }

  @OnFrame('shift.end', shiftFrame)
  end(@Frame() { id, data }: ShiftFrame, @Caller() staff: StaffPrincipal): Promise<ShiftView> {
    return this.shifts.end(staff, data.dept, id);
  }
}
