import { type DynamicModule, Module } from '@nestjs/common';
import { boundFactories } from './own-factories.js';
import { OWN_PROGRAM, OwnNames, type OwnProgram } from './own-names.js';

/** The modules of a hospital's own. Strategies, policies and notifiers can inject what they export. */
@Module({})
export class OwnModules {
  static with(program: OwnProgram): DynamicModule {
    const modules = program.modules ?? [];
    boundFactories(modules);
    const providers = [{ provide: OWN_PROGRAM, useValue: program }, OwnNames];
    return { module: OwnModules, global: true, imports: [...modules], providers, exports: [...modules] };
  }
}
