import { Injectable } from '@nestjs/common';
import { DispatchStrategy, type DispatchableCall, type DispatchCandidate } from 'wardline';
import { Skills } from './skills.js';

/** A call goes to somebody who can help: the first candidate with the skill, else whom Wardline would ask. */
@Injectable()
export class SkilledDispatch extends DispatchStrategy {
  constructor(private readonly skills: Skills) {
    super();
  }

  async choose(call: DispatchableCall, candidates: readonly DispatchCandidate[]): Promise<string> {
    const skilled = await this.skills.among(
      call.type,
      candidates.map(({ staffId }) => staffId),
    );
    const chosen = candidates.find(({ staffId }) => skilled.has(staffId)) ?? candidates[0];
    return chosen!.staffId;
  }
}
