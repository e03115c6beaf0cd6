import { Body, Controller, HttpCode, Module, Param, Put } from '@nestjs/common';
import { actorOf, CurrentStaff, Roles, uuid, type StaffPrincipal } from 'wardline';
import { z } from 'zod';
import { Skills } from './skills.js';

const skillsBody = z.strictObject({ call_types: z.array(z.string().max(32)).max(50) });

/** Administrators say what a nurse is trained for. */
@Roles('admin')
@Controller('api/v1/st-jude/skills')
class SkillsController {
  constructor(private readonly skills: Skills) {}

  @Put(':staff')
  @HttpCode(204)
  set(
    @CurrentStaff() admin: StaffPrincipal,
    @Param('staff', { schema: uuid }) staffId: string,
    @Body({ schema: skillsBody }) body: z.infer<typeof skillsBody>,
  ): Promise<void> {
    return this.skills.set(actorOf(admin), staffId, body.call_types);
  }
}

@Module({ controllers: [SkillsController], providers: [Skills], exports: [Skills] })
export class SkillsModule {}
