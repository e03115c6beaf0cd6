import { Global, Module } from '@nestjs/common';
import { StaffingModule } from '../ward/staffing.module.js';
import { ExternalPeople } from './people/external-people.js';
import { ExternalSignIn } from './people/external-sign-in.service.js';

/** Sign-in by systems of a hospital's own. */
@Global()
@Module({ imports: [StaffingModule], providers: [ExternalPeople, ExternalSignIn], exports: [ExternalSignIn] })
export class ExternalSignInModule {}
