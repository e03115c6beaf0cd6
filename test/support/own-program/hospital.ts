import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Inject, Injectable, Module } from '@nestjs/common';
import { z } from 'zod';
import { defineHospital } from '../../../src/program/define-hospital.js';
import { setting, settingsOf, type SettingsOf, Transactions } from '../../../src/index.js';
import { EscalationPolicyProvider } from '../../../src/ward/calls/policies/escalation-policy.js';
import type { EscalationPolicy } from '../../../src/ward/deadlines/deadlines.js';

const ownSettings = z.object({
  TEST_HOUSE_L1_SEC: setting.integer(45, { doc: 'Seconds to the first step of every call.' }, { min: 1, max: 600 }),
});

declare module '../../../src/platform/config/own-settings.js' {
  interface HospitalSettings {
    'test-house': z.infer<typeof ownSettings>;
  }
}

@Entity('own_cleaning_tasks')
export class CleaningTask {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column({ name: 'bed_id', type: 'text' }) bedId!: string;
}

class EarlyPolicy extends EscalationPolicyProvider {
  constructor(private readonly settings: SettingsOf<'test-house'>) {
    super();
  }

  policyFor(_call: object, usual: EscalationPolicy): EscalationPolicy {
    return { ...usual, l1Sec: this.settings.TEST_HOUSE_L1_SEC };
  }
}

@Injectable()
export class Cleaning {
  constructor(
    private readonly transactions: Transactions,
    @Inject(settingsOf('test-house')) readonly settings: SettingsOf<'test-house'>,
  ) {}

  /** Writes through TypeORM in Wardline's transaction, which then fails where that is asked for. */
  add(bedId: string, fails: boolean): Promise<void> {
    return this.transactions.run(async (tx) => {
      await tx.manager.save(tx.manager.create(CleaningTask, { bedId }));
      if (fails) throw new Error('on purpose');
    });
  }

  nested(): Promise<void> {
    return this.transactions.run((tx) => tx.manager.transaction(async () => Promise.resolve()));
  }
}

@Module({ providers: [Cleaning], exports: [Cleaning] })
class CleaningModule {}

export default defineHospital({
  name: 'test-house',
  compatibility: '>=0.2.0',
  settings: ownSettings,
  migrations: new URL('./migrations/', import.meta.url),
  entities: [CleaningTask],
  callTypes: [
    {
      id: 'drip',
      rank: 1,
      dispatch: 'assigned',
      cancelPolicy: 'on_duty',
      escalation: { l1Sec: 30, l2Sec: 60, l3Sec: 90, repeatSec: 30 },
      labels: { en: 'Infusion', de: 'Infusion' },
    },
  ],
  escalationPolicy: {
    useFactory: (settings: SettingsOf<'test-house'>) => new EarlyPolicy(settings),
    inject: [settingsOf('test-house')],
  },
  modules: [CleaningModule],
});
