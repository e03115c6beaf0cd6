import { randomBytes } from 'node:crypto';
import type { Wardline } from '@wardline/client';
import { z } from 'zod';
import { toApiError } from '../../bench/client/api-error.js';
import type { HttpAnswer, HttpClient } from '../../bench/client/http-client.js';
import { eachLimited, patiently } from '../../bench/client/patience.js';
import type { Session } from '../../bench/client/session.js';
import type { CredentialStore } from './credential-store.js';
import type { Progress } from '../measure/progress.js';
import type { Station } from '../people/station-pool.js';
import type { PlannedPerson, PlannedRoom, PlannedStation, PlannedWard } from './ward-plan.js';

const CONCURRENCY = 8;
const HTTP_OK = 200;
const HTTP_UNAUTHORIZED = 401;
const HTTP_CONFLICT = 409;

const keySchema = z.object({ key: z.string() });
const idSchema = z.object({ id: z.string() });
const staffPage = z.object({ items: z.array(z.object({ id: z.string(), username: z.string() })) });

/** A simulated person, signed in. */
export interface SignedIn {
  readonly person: PlannedPerson;
  readonly staffId: string;
  readonly client: Wardline;
}

/** Makes the simulated hospital through the admin API, reusing what an earlier run has made. */
export class Seeder {
  constructor(
    private readonly http: HttpClient,
    private readonly admin: Session,
    private readonly newClient: () => Wardline,
    private readonly store: CredentialStore,
    private readonly progress: Progress,
    private readonly stop: AbortSignal,
  ) {}

  /** Departments, rooms and stations; answers with the stations and their keys. */
  async furnish(wards: readonly PlannedWard[]): Promise<Station[]> {
    for (const ward of wards) {
      await this.make('/departments', { id: ward.dept, name: ward.name });
    }
    const rooms = wards.flatMap((ward) => ward.rooms.map((room) => ({ ward, room })));
    const stations: Station[] = [];
    let done = 0;
    await eachLimited(
      rooms,
      CONCURRENCY,
      async ({ ward, room }) => {
        stations.push(...(await this.furnishRoom(ward, room)));
        done += 1;
        this.progress.show(`seeding rooms ${String(done)}/${String(rooms.length)}`);
      },
      this.stop,
    );
    this.progress.line(`${String(wards.length)} departments, ${String(stations.length)} stations ready`);
    this.store.save();
    return stations;
  }

  /** Nurses and managers exist and belong to their departments; the nurses are signed in. */
  async signInNurses(wards: readonly PlannedWard[]): Promise<SignedIn[]> {
    const managers = wards.map((ward) => ward.manager);
    await eachLimited(
      managers,
      CONCURRENCY,
      async (manager) => {
        if (this.store.password(manager.username) === undefined) await this.employ(manager);
      },
      this.stop,
    );
    const nurses = wards.flatMap((ward) => ward.nurses);
    const signedIn: SignedIn[] = [];
    try {
      await eachLimited(
        nurses,
        CONCURRENCY,
        async (person) => {
          signedIn.push(await this.signIn(person));
          this.progress.show(`signing in ${String(signedIn.length)}/${String(nurses.length)}`);
        },
        this.stop,
      );
    } finally {
      this.store.save();
    }
    this.progress.line(`${String(signedIn.length)} nurses signed in`);
    return signedIn;
  }

  private async furnishRoom(ward: PlannedWard, room: PlannedRoom): Promise<Station[]> {
    const known = await Promise.all(room.stations.map((station) => this.knownKey(station)));
    if (known.includes(undefined)) {
      await this.make(`/departments/${ward.dept}/rooms`, { id: room.id, name: room.name });
    }
    const stations: Station[] = [];
    for (const [index, station] of room.stations.entries()) {
      const key = known[index] ?? (await this.install(station));
      this.store.rememberKey(station.id, key);
      stations.push({ id: station.id, key, kind: station.kind, dept: station.dept });
    }
    return stations;
  }

  private async knownKey(station: PlannedStation): Promise<string | undefined> {
    const key = this.store.key(station.id);
    if (key === undefined) return undefined;
    const headers = { authorization: `Bearer ${key}` };
    const answer = await this.http.send('GET', '/api/v1/stations/self', { headers });
    // A key of another station would pass as well, and press the wrong button.
    const self = idSchema.safeParse(answer.body);
    return answer.status === HTTP_OK && self.data?.id === station.id ? key : undefined;
  }

  private async install(station: PlannedStation): Promise<string> {
    const made = await this.make('/stations', {
      id: station.id,
      room_id: station.roomId,
      kind: station.kind,
      name: station.id,
    });
    if (made.status !== HTTP_CONFLICT) return keySchema.parse(made.body).key;
    // It exists, and its key was shown once, to someone else: give it a new one.
    const rotated = await patiently(() => this.admin.must('POST', `/api/v1/admin/stations/${station.id}/rotate`));
    return keySchema.parse(rotated.body).key;
  }

  private async signIn(person: PlannedPerson): Promise<SignedIn> {
    const known = this.store.password(person.username);
    if (known !== undefined) {
      try {
        return await this.signInWith(person, known);
      } catch (error) {
        // One wrong guess is all that is spent: five would lock the name for a quarter of an hour.
        if (!isUnauthorized(error)) throw error;
      }
    }
    const password = await this.employ(person);
    return this.signInWith(person, password);
  }

  /** A password that an administrator set is changed first, as its owner must. */
  private async signInWith(person: PlannedPerson, password: string): Promise<SignedIn> {
    const { username } = person;
    const client = this.newClient();
    try {
      const { user, password_change_required: mustChange } = await patiently(() => client.signIn({ username, password }));
      if (mustChange) {
        const own = newPassword();
        await patiently(() => client.sessions.changePassword({ current_password: password, new_password: own }));
        this.store.rememberPassword(username, own);
      }
      return { person, staffId: user.id, client };
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** The person exists, with a password that this run knows, and is a member of the department. */
  private async employ(person: PlannedPerson): Promise<string> {
    const { username, name, role, dept } = person;
    const password = newPassword();
    const made = await this.make('/staff', { username, name, role, password });
    const staffId = made.status === HTTP_CONFLICT ? await this.findStaff(username) : idSchema.parse(made.body).id;
    if (made.status === HTTP_CONFLICT) {
      await patiently(() => this.admin.must('POST', `/api/v1/admin/staff/${staffId}/password`, { password }));
    }
    await this.make('/memberships', { staff_id: staffId, dept });
    this.store.rememberPassword(username, password);
    return password;
  }

  private async findStaff(username: string): Promise<string> {
    const query = new URLSearchParams({ username }).toString();
    const answer = await patiently(() => this.admin.must('GET', `/api/v1/admin/staff?${query}`));
    const found = staffPage.parse(answer.body).items.find((item) => item.username === username);
    if (found === undefined) throw new Error(`${username} is said to exist and is not in the list`);
    return found.id;
  }

  /** Creates something; that it exists already is as good. */
  private make(path: string, body: object): Promise<HttpAnswer> {
    return patiently(async () => {
      const answer = await this.admin.send('POST', `/api/v1/admin${path}`, body);
      const exists = answer.status === HTTP_CONFLICT;
      if (!exists && answer.status > 299) throw toApiError(`POST /api/v1/admin${path}`, answer);
      return answer;
    });
  }
}

function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === HTTP_UNAUTHORIZED;
}
