import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DepartmentsController } from './hospital/departments.controller.js';
import { DepartmentDirectories } from './hospital/department-directory.service.js';
import { DirectoryChanges } from './hospital/directory-changes.js';
import { DirectoryService } from './hospital/directory.service.js';
import { Bed } from './hospital/entities/bed.entity.js';
import { CallType } from './hospital/entities/call-type.entity.js';
import { Department } from './hospital/entities/department.entity.js';
import { Facility } from './hospital/entities/facility.entity.js';
import { Membership } from './hospital/entities/membership.entity.js';
import { Room } from './hospital/entities/room.entity.js';
import { Staff } from './hospital/entities/staff.entity.js';
import { Station } from './hospital/entities/station.entity.js';
import { FacilityController } from './hospital/facility.controller.js';
import { FacilityService } from './hospital/facility.service.js';
import { StationKeyGuard } from './stations/station-key.guard.js';
import { WrongKeys } from './stations/wrong-keys.js';
import { StationsController } from './stations/stations.controller.js';
import { StationsService } from './stations/stations.service.js';

const entities = TypeOrmModule.forFeature([Facility, Department, Room, Bed, Station, Staff, Membership, CallType]);

/** The hospital's directory: places, devices, people, and what they may call for. */
@Global()
@Module({
  imports: [entities],
  controllers: [DepartmentsController, FacilityController, StationsController],
  providers: [DepartmentDirectories, DirectoryChanges, DirectoryService, FacilityService, StationsService, StationKeyGuard, WrongKeys],
  exports: [entities, DepartmentDirectories, DirectoryChanges, FacilityService, StationsService, StationKeyGuard, WrongKeys],
})
export class HospitalModule {}
