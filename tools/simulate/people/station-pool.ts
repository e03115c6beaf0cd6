import type { Random } from '../plan/random.js';

/** A station that can be pressed. */
export interface Station {
  readonly id: string;
  readonly key: string;
  readonly kind: 'bedside' | 'bathroom';
  readonly dept: string;
}

/** Stations of one kind, and which of them have no open call that this client knows of. */
export class StationPool {
  private readonly free: Station[];
  private readonly place = new Map<string, number>();

  constructor(private readonly all: readonly Station[]) {
    this.free = [...all];
    this.free.forEach((station, index) => this.place.set(station.id, index));
  }

  get freeCount(): number {
    return this.free.length;
  }

  /**
   * A station to press: a free one, which is then taken; when there is none, any, whose press
   * will be a repeat.
   */
  take(random: Random): Station | undefined {
    if (this.free.length === 0) return this.all[Math.floor(random() * this.all.length)];
    const index = Math.floor(random() * this.free.length);
    const station = this.free[index];
    const last = this.free.pop();
    if (station === undefined || last === undefined) return undefined;
    this.place.delete(station.id);
    if (last !== station) {
      this.free[index] = last;
      this.place.set(last.id, index);
    }
    return station;
  }

  /** Makes a station free again; nothing when it is. */
  release(station: Station): void {
    if (this.place.has(station.id)) return;
    this.place.set(station.id, this.free.length);
    this.free.push(station);
  }
}
