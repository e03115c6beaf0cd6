import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DepartmentsController } from './departments.controller.js';
import { DirectoryService } from './directory.service.js';
import { Bed } from './entities/bed.entity.js';
import { CallType } from './entities/call-type.entity.js';
import { Department } from './entities/department.entity.js';
import { Facility } from './entities/facility.entity.js';
import { Membership } from './entities/membership.entity.js';
import { Room } from './entities/room.entity.js';
import { Staff } from './entities/staff.entity.js';
import { Station } from './entities/station.entity.js';
import { StationKeyGuard } from './station-key.guard.js';
import { StationsController } from './stations.controller.js';
import { StationsService } from './stations.service.js';

const entities = TypeOrmModule.forFeature([Facility, Department, Room, Bed, Station, Staff, Membership, CallType]);

/** The hospital's directory: places, devices, people, and what they may call for. */
@Global()
@Module({
  imports: [entities],
  controllers: [DepartmentsController, StationsController],
  providers: [DirectoryService, StationsService, StationKeyGuard],
  exports: [entities, StationsService, StationKeyGuard],
})
export class HospitalModule {}
