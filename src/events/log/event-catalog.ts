import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import type { EventType } from './event.js';

/** The traits of a type of event that a slow reader's outbox needs. */
export interface EventTraits {
  /** Never dropped for a slow reader; a type that is so only in some cases is asked with the payload's JSON. */
  readonly critical: boolean | ((data: string) => boolean);
  /** Reads the key of the event's subject from the payload's JSON. Only the newest event of a key is critical. */
  readonly repeatOf?: (data: string) => string | undefined;
  /** The schema of `data`. The payload's type, the published documents and the client's types come from it. */
  readonly data?: z.ZodType;
}

/** A type of event of a hospital's own. */
export interface OwnEvent extends EventTraits {
  /** The schema of `data`: ids, places, types and times, never a patient's name or free text. */
  readonly data: z.ZodType;
}

/** The payloads of declared types, for `EventPayloads`. */
export type PayloadsOf<T extends Record<string, { data: z.ZodType }>> = { [K in keyof T]: z.infer<T[K]['data']> };

/** An unknown type, written by a newer node, counts as critical: it may be dropped by no one who doesn't know it. */
const UNKNOWN: EventTraits = { critical: true };

/** The types of events. Features declare theirs at the start. */
@Injectable()
export class EventCatalog {
  private readonly declared = new Map<string, EventTraits>();
  private readonly known = new Map<string, EventTraits>();

  constructor(private readonly guard: ExtensionGuard) {}

  /**
   * Wardline's own features call it. A hospital names its types in `events` of `defineHospital`: what it declares here is in no published document.
   * @throws TypeError where a trait is not what it must be, and for a type that is declared already
   */
  declareAll(types: Readonly<Partial<Record<EventType, EventTraits>>>): void {
    for (const [type, traits] of Object.entries(types)) {
      const wrong = problemOfEvent(traits);
      if (wrong !== undefined) throw new TypeError(`event ${type}: ${wrong}`);
      if ((this.declared.get(type) ?? traits) !== traits) throw new TypeError(`event ${type}: is declared already`);
      this.declared.set(type, traits);
      this.known.set(type, this.guarded(`event ${type}`, traits));
    }
  }

  /** Every declared type. */
  types(): string[] {
    return [...this.known.keys()];
  }

  traitsOf(type: string): EventTraits {
    return this.known.get(type) ?? UNKNOWN;
  }

  /** @param data the payload's JSON */
  isCritical(type: string, data: string): boolean {
    return isCritical(this.traitsOf(type), data);
  }

  /** An event is handed to all readers of a department at once: a function that fails must not keep it, or another one, from any of them. */
  private guarded(point: string, { critical, repeatOf, ...rest }: EventTraits): EventTraits {
    return {
      ...rest,
      critical:
        typeof critical === 'boolean'
          ? critical
          : (data) =>
              this.guard.sync<unknown>(
                point,
                () => critical(data),
                (answer) => typeof answer === 'boolean',
              ) !== false,
      ...(repeatOf && {
        repeatOf: (data) =>
          this.guard.sync(
            point,
            () => repeatOf(data),
            (key) => key === undefined || typeof key === 'string',
          ) ?? undefined,
      }),
    };
  }
}

/** @returns the trait that is not what it must be */
export function problemOfEvent(traits: unknown): string | undefined {
  if (typeof traits !== 'object' || traits === null) return 'must be an object with critical and data';
  const { critical, repeatOf, data } = traits as Record<keyof EventTraits, unknown>;
  if (typeof critical !== 'boolean' && typeof critical !== 'function') return 'critical must be true, false, or a function of the payload';
  if (repeatOf !== undefined && typeof repeatOf !== 'function') return 'repeatOf must be a function of the payload';
  if (data !== undefined && !(data instanceof z.ZodType)) return 'data must be a zod schema';
  return undefined;
}

/** @param data the payload's JSON */
export function isCritical({ critical }: EventTraits, data: string): boolean {
  return typeof critical === 'boolean' ? critical : critical(data);
}
