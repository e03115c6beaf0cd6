import { Inject, Injectable } from '@nestjs/common';
import { WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/settings/ward.settings.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { Recipients } from '../annunciations/recipients.js';
import { type Actor, CallJournal } from '../call-journal.js';
import { BEDSIDE_PRESENCE_RANK } from '../call-permissions.js';
import type { CallPlace } from '../call-place.js';
import type { CallView } from '../call.js';
import { CallsRepository } from '../calls.repository.js';
import { CallRounds } from '../ladder/call-rounds.service.js';
import { type OpenCall, PressesRepository } from '../presses.repository.js';

/** A press so soon after the arrival is from before it: it counts, and nothing follows. With a short CALL_PRESS_AGAIN_SEC, a sixth of that. */
const STILL_ARRIVING_SEC = 10;
const ARRIVING_SHARE = 1 / 6;

type PressedCall = OpenCall & { rank: number };

/** A press where the same kind is open already is never swallowed: it counts, and at a call in progress it can start a new round. */
@Injectable()
export class RepeatedPresses {
  constructor(
    private readonly calls: CallsRepository,
    private readonly presses: PressesRepository,
    private readonly rounds: CallRounds,
    private readonly recipients: Recipients,
    private readonly journal: CallJournal,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  /** @param open locked. @returns the call; the system's own press does not count */
  async press(tx: Transaction, by: Actor, open: PressedCall, place: CallPlace): Promise<CallView> {
    if (by === 'system') return this.calls.view(tx, open.id);
    await this.presses.narrow(tx, open, place);
    const [isTold, counted] = await Promise.all([this.presses.repeat(tx, open.id, place.stationId), this.calls.view(tx, open.id)]);
    if (open.state === 'in_progress' && (await this.startsAgain(tx, open))) {
      const call = await this.calls.lock(tx, open.id);
      if (!call) throw new Error('a locked call cannot be read');
      return this.rounds.begin(tx, call, by, 'pressed_again');
    }
    const view = open.state === 'in_progress' ? await this.calls.view(tx, open.id) : counted;
    if (isTold) this.journal.append(tx, 'call.repeated', view, by);
    return view;
  }

  /** At urgent calls, some time after the arrival, and where the person who was present is lost; a press in between counts at that time. */
  private async startsAgain(tx: Transaction, { id, rank, attendedFor, acceptedBy }: PressedCall): Promise<boolean> {
    const { CALL_PRESS_AGAIN_SEC: again } = this.ward;
    if (rank >= BEDSIDE_PRESENCE_RANK || attendedFor === null || attendedFor >= again) return true;
    // The clock went back: nobody knows how long ago they came.
    if (attendedFor < 0) return true;
    if (acceptedBy !== null && !(await this.recipients.canReach(tx, acceptedBy))) return true;
    if (attendedFor >= Math.min(STILL_ARRIVING_SEC, again * ARRIVING_SHARE)) await this.presses.countLater(tx, id, again);
    return false;
  }
}
