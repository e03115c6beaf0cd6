import { randomUUID } from 'node:crypto';
import type { HttpAnswer, HttpClient } from '../../bench/client/http-client.js';
import type { Station } from './station-pool.js';

/** The stations' side of the API: each speaks with its own key. */
export class StationDesk {
  private readonly stations: ReadonlyMap<string, Station>;

  constructor(
    private readonly http: HttpClient,
    stations: readonly Station[],
  ) {
    this.stations = new Map(stations.map((station) => [station.id, station]));
  }

  knows(stationId: string | undefined): stationId is string {
    return stationId !== undefined && this.stations.has(stationId);
  }

  find(stationId: string): Station | undefined {
    return this.stations.get(stationId);
  }

  press(station: Station, type: string): Promise<HttpAnswer> {
    return this.http.send('POST', '/api/v1/stations/self/calls', {
      headers: { authorization: `Bearer ${station.key}`, 'idempotency-key': randomUUID() },
      body: { type },
    });
  }

  presence(stationId: string, callId: string): Promise<HttpAnswer> {
    const key = this.stations.get(stationId)?.key ?? '';
    return this.http.send('POST', `/api/v1/stations/self/calls/${callId}/presence`, {
      headers: { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() },
    });
  }
}
