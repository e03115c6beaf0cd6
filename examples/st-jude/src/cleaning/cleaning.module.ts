import { Controller, Headers, Module, Param, Post, UseFilters, type OnModuleInit } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { Caller, CommandErrorFilter, commandFrame, CurrentStaff, DepartmentSnapshots, DueWorkScheduler } from 'wardline';
import { EventConsumers, Frame, HealthIndicators, OnFrame, placeId, requiredKey, RetentionRules, type StaffPrincipal } from 'wardline';
import { z } from 'zod';
import { CleaningAfterEmergency } from './after-emergency.js';
import { CleaningDeadline } from './cleaning-deadline.js';
import { CleaningUpkeep } from './cleaning-upkeep.js';
import { Cleaning, type CleaningAnswer } from './cleaning.js';

const frame = commandFrame(z.strictObject({ bed_id: placeId }));
type CleaningFrame = z.infer<typeof frame>;

@Controller('api/v1/st-jude/beds')
class CleaningController {
  constructor(private readonly cleaning: Cleaning) {}

  @Post(':bed/cleaning')
  ask(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('bed', { schema: placeId }) bed: string,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<CleaningAnswer> {
    return this.cleaning.ask(staff, bed, requiredKey(key));
  }
}

@WebSocketGateway()
@UseFilters(CommandErrorFilter)
class CleaningGateway {
  constructor(private readonly cleaning: Cleaning) {}

  @OnFrame('st-jude.cleaning.ask', frame)
  ask(@Frame() { id, data }: CleaningFrame, @Caller() staff: StaffPrincipal): Promise<CleaningAnswer> {
    return this.cleaning.ask(staff, data.bed_id, id);
  }

  @OnFrame('st-jude.cleaning.done', frame)
  done(@Frame() { id, data }: CleaningFrame, @Caller() staff: StaffPrincipal): Promise<CleaningAnswer> {
    return this.cleaning.done(staff, data.bed_id, id);
  }
}

@Module({
  controllers: [CleaningController],
  providers: [Cleaning, CleaningGateway, CleaningDeadline, CleaningAfterEmergency, CleaningUpkeep],
  exports: [Cleaning],
})
export class CleaningModule implements OnModuleInit {
  constructor(
    private readonly snapshots: DepartmentSnapshots,
    private readonly scheduler: DueWorkScheduler,
    private readonly deadline: CleaningDeadline,
    private readonly consumers: EventConsumers,
    private readonly afterEmergency: CleaningAfterEmergency,
    private readonly health: HealthIndicators,
    private readonly retention: RetentionRules,
    private readonly upkeep: CleaningUpkeep,
  ) {}

  onModuleInit(): void {
    this.snapshots.contribute(
      'st_jude_cleaning',
      `SELECT coalesce(json_agg(json_build_object('task_id', id, 'bed_id', bed_id) ORDER BY due_at), '[]')
       FROM st_jude_cleaning_tasks WHERE dept_id = $1 AND done_at IS NULL`,
    );
    this.scheduler.register(this.deadline);
    this.consumers.register(this.afterEmergency);
    this.health.register(this.upkeep);
    this.retention.register(this.upkeep);
  }
}
