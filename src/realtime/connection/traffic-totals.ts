import type { Connection } from './connection.js';

/** The bytes and frames of some connections. */
export class TrafficTotals {
  bytesIn = 0;
  bytesOut = 0;
  messagesIn = 0;
  messagesOut = 0;

  add({ bytesIn = 0, bytesOut, messagesIn, messagesOut }: Omit<TrafficTotals, 'add' | 'bytesIn'> & Pick<Connection, 'bytesIn'>): void {
    this.bytesIn += bytesIn;
    this.bytesOut += bytesOut;
    this.messagesIn += messagesIn;
    this.messagesOut += messagesOut;
  }
}
