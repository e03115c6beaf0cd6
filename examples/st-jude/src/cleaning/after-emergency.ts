import { Injectable } from '@nestjs/common';
import { EventConsumer, type ConsumedEvent, type Transaction } from 'wardline';
import { Cleaning } from './cleaning.js';

/** Calls after which the bed is not as it was. */
const UNTIDY = new Set(['code_blue', 'bed_exit']);

/** After an emergency the bed is cleaned: the task commits together with the cursor, so each event makes one. */
@Injectable()
export class CleaningAfterEmergency extends EventConsumer {
  readonly name = 'st-jude-after-emergency';
  readonly types = ['call.completed'];

  constructor(private readonly cleaning: Cleaning) {
    super();
  }

  async handle(tx: Transaction, { dept, data }: ConsumedEvent): Promise<void> {
    const { type, bed_id } = data['call'] as { type: string; bed_id?: string | null };
    if (UNTIDY.has(type) && bed_id) await this.cleaning.askIn(tx, dept, bed_id);
  }
}
