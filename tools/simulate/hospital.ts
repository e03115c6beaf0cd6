import { setMaxListeners } from 'node:events';
import type { HttpClient } from '../bench/client/http-client.js';
import { messageOf } from '../bench/client/invocation.js';
import { Care } from './people/care.js';
import { Ledger } from './measure/ledger.js';
import { Measurements } from './measure/measurements.js';
import { Nurse, type NurseWorld } from './people/nurse.js';
import type { SimulateOptions } from './plan/options.js';
import { paceFor } from './plan/pace.js';
import { Presser } from './people/presser.js';
import { seededRandom, type Random } from './plan/random.js';
import { ScreenTimer } from './people/screen-timer.js';
import type { SignedIn } from './plan/seeder.js';
import { StationDesk } from './people/station-desk.js';
import type { Station } from './people/station-pool.js';
import { Ward } from './ward.js';

export interface HospitalPlan {
  readonly options: SimulateOptions;
  readonly http: HttpClient;
  readonly stations: readonly Station[];
  readonly signedIn: readonly SignedIn[];
}

/** The wards, their nurses and their buttons, put together. */
export class Hospital {
  readonly measurements = new Measurements();
  readonly ledger = new Ledger();
  readonly random: Random;
  readonly pace: number;
  readonly presser: Presser;
  readonly nurses: readonly Nurse[];
  private readonly byDept = new Map<string, Ward>();
  private readonly care: Care;
  private readonly careOver = new AbortController();

  constructor(plan: HospitalPlan) {
    const { options, stations, http } = plan;
    const { measurements, ledger } = this;
    const random = seededRandom(options.seed);
    const screens = new ScreenTimer(measurements.screenAll, measurements.screenFirst);
    const desk = new StationDesk(http, stations);
    const bedside = stations.filter((station) => station.kind === 'bedside').length;
    const isOpen = (dept: string, callId: string): boolean => this.byDept.get(dept)?.calls.has(callId) ?? false;
    const over = this.careOver.signal;
    // Each call in care listens for the end of the run: many are no leak here.
    setMaxListeners(0, over);
    this.random = random;
    this.pace = paceFor(options.pace, options.profile.pressesPerMinute, bedside);
    this.presser = new Presser({ desk, screens, measurements, ledger, random, isOpen }, stations);
    this.care = new Care({ measurements, ledger, desk, random, pace: this.pace, over });
    const world: NurseWorld = { measurements, screens };
    this.nurses = plan.signedIn.map((person) => this.hire(person, world));
  }

  get wards(): Ward[] {
    return [...this.byDept.values()];
  }

  get departments(): string[] {
    return [...this.byDept.keys()];
  }

  get openCalls(): number {
    return this.wards.reduce((open, ward) => open + ward.calls.size, 0);
  }

  /** Starts and continues nothing more. */
  endCare(): void {
    this.careOver.abort();
  }

  private hire({ person, staffId, client }: SignedIn, world: NurseWorld): Nurse {
    const ward = this.wardOf(person.dept);
    const nurse = new Nurse(person.username, staffId, client, ward, world);
    ward.nurses.push(nurse);
    return nurse;
  }

  private wardOf(dept: string): Ward {
    const known = this.byDept.get(dept);
    if (known !== undefined) return known;
    const ward = new Ward(dept, this.measurements, {
      callPending: (where, call) => {
        this.care.attend(where, call).catch((error: unknown) => {
          this.measurements.failure('CLIENT_FAULT', true, messageOf(error));
        });
      },
      callClosed: (call) => {
        if (call.stationId !== undefined) this.presser.release(call.stationId);
      },
    });
    this.byDept.set(dept, ward);
    return ward;
  }
}
