import type { CallView, Directory, Wardline } from '@wardline/client';
import { useSyncExternalStore } from 'react';
import { labelIn, type Language } from '../shared/texts/i18n.js';
import type { CallType } from './calls/call-rules.js';
import type { useTexts } from './texts.js';

type Texts = ReturnType<typeof useTexts>;

const RETRY_MS = 5000;

/** Names of a department's places, people and call types. An id stands in where a name is not known yet. */
export class Names {
  private readonly rooms: ReadonlyMap<string, string>;
  private readonly beds: ReadonlyMap<string, string>;
  private readonly stations: ReadonlyMap<string, string>;
  private readonly people: ReadonlyMap<string, string>;
  private readonly types: ReadonlyMap<string, CallType>;
  private readonly roles: ReadonlyMap<string, Directory['roles'][number]['labels']>;

  constructor(readonly directory: Directory | undefined) {
    const byId = (items: readonly { id: string; name: string }[] = []) => new Map(items.map(({ id, name }) => [id, name]));
    this.rooms = byId(directory?.rooms);
    this.beds = byId(directory?.beds);
    this.stations = byId(directory?.stations);
    this.people = byId(directory?.staff);
    this.roles = new Map((directory?.roles ?? []).map(({ id, labels }) => [id, labels]));
    this.types = new Map((directory?.call_types ?? []).map((type) => [type.id, type]));
  }

  get isLoaded(): boolean {
    return this.directory !== undefined;
  }

  room(id: string): string {
    return this.rooms.get(id) ?? id;
  }

  bed(id: string | null): string | undefined {
    return id === null ? undefined : (this.beds.get(id) ?? id);
  }

  station(id: string): string {
    return this.stations.get(id) ?? id;
  }

  person(id: string): string | undefined {
    return this.people.get(id);
  }

  type(id: string): CallType | undefined {
    return this.types.get(id);
  }

  /** Wardline's roles have names of ours, a hospital's own those that it gave them. */
  roleLabel(role: string, texts: Pick<Texts, 't' | 'has' | 'language'>): string {
    const key = `role.${role}`;
    return texts.has(key) ? texts.t(key) : labelIn(this.roles.get(role), texts.language, role.replaceAll('_', ' '));
  }

  /** Without the type's own rank the priority tells it, which begins at the rank's ten: never too quiet, rather too loud once the call has climbed. */
  rank({ type, priority }: Pick<CallView, 'type' | 'priority'>): 0 | 1 | 2 {
    const rank = this.types.get(type)?.rank ?? (this.isLoaded ? 2 : Math.floor(priority / 10));
    return rank >= 2 ? 2 : rank === 1 ? 1 : 0;
  }

  typeLabel(id: string, language: Language): string {
    return labelIn(this.types.get(id)?.labels, language, id.replaceAll('_', ' '));
  }

  /** Room, bed, kind. */
  parts(call: CallView, language: Language): readonly string[] {
    const bed = this.bed(call.bed_id);
    return [this.room(call.room_id), ...(bed === undefined ? [] : [bed]), this.typeLabel(call.type, language)];
  }

  /** A call in one line, for a label. */
  title(call: CallView, language: Language): string {
    return this.parts(call, language).join(', ');
  }
}

interface Entry {
  names: Names;
  isAsked: boolean;
}

/** The directories of the departments on the screen, asked for again when they change. */
export class Directories {
  private readonly entries = new Map<string, Entry>();
  private readonly listeners = new Set<() => void>();
  private readonly undos: (() => void)[] = [];
  private readonly retries = new Set<ReturnType<typeof setTimeout>>();

  constructor(private readonly client: Wardline) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  names(dept: string): Names {
    let entry = this.entries.get(dept);
    if (!entry) {
      entry = { names: new Names(undefined), isAsked: false };
      this.entries.set(dept, entry);
      this.load(dept, entry);
      this.undos.push(this.client.department(dept).on('directory.changed', () => this.load(dept)));
    }
    return entry.names;
  }

  close(): void {
    for (const undo of this.undos.splice(0)) undo();
    for (const retry of this.retries) clearTimeout(retry);
    this.retries.clear();
    this.listeners.clear();
    this.entries.clear();
  }

  private load(dept: string, entry = this.entries.get(dept)): void {
    if (!entry || entry.isAsked) return;
    entry.isAsked = true;
    this.client.directory.get(dept).then(
      (directory) => {
        entry.isAsked = false;
        entry.names = new Names(directory);
        for (const listener of [...this.listeners]) listener();
      },
      () => {
        entry.isAsked = false;
        const retry = setTimeout(() => {
          this.retries.delete(retry);
          this.load(dept);
        }, RETRY_MS);
        this.retries.add(retry);
      },
    );
  }
}

export function useNames(directories: Directories, dept: string): Names {
  return useSyncExternalStore(directories.subscribe, () => directories.names(dept));
}
