import type { ClientOptions, EventFrame, Transport, Wardline } from '@wardline/client';
import { createClient, eventStream, longPoll, webSocket, WardlineError } from '@wardline/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';

/** A server as a client's tests need it: the real one behind a proxy, or the one in memory. */
export interface ClientServer {
  readonly options: ClientOptions;
  /** Signs the client in as a nurse of `icu`. */
  signIn(client: Wardline): Promise<void>;
  /** A new call in `icu`, placed by a station. @returns its id */
  press(): Promise<string>;
  /** Cuts every connection that is open, without a word. */
  cut(): void;
  /** The log of `icu`. */
  log(): Promise<readonly Pick<EventFrame, 'seq' | 'id' | 'type'>[]>;
  stop(): Promise<void>;
}

const TRANSPORTS: [string, () => Transport][] = [
  ['websocket', webSocket],
  ['stream', eventStream],
  ['poll', longPoll],
];

/** The behaviour of a client, whichever server it talks to: the server in memory is true only where the real one passes, too. */
export function clientContract(name: string, start: () => Promise<ClientServer>): void {
  describe(`a client of ${name}`, () => {
    let server: ClientServer;
    const open: Wardline[] = [];
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());
    afterEach(() => {
      for (const client of open.splice(0)) client.close();
    });

    async function screen(
      transports?: readonly Transport[],
    ): Promise<{ client: Wardline; events: EventFrame[]; live(): Promise<unknown> }> {
      const client = createClient({ ...server.options, ...(transports && { transports }) });
      open.push(client);
      await server.signIn(client);
      const events: EventFrame[] = [];
      client.department('icu').on('*', (event) => events.push(event));
      const live = () => eventually(() => client.status.phase === 'live' || undefined, 'live');
      await live();
      return { client, events, live };
    }
    const openCall = (client: Wardline, id: string) =>
      client
        .department('icu')
        .getSnapshot()
        .calls.find((call) => call.id === id);
    const shown = (client: Wardline, id: string) => eventually(() => openCall(client, id), 'the call on the screen');

    it.each(TRANSPORTS)('is live over %s, shows a call, takes it, and sees it go', async (transport, make) => {
      const { client, events } = await screen([make()]);
      expect(client.status).toMatchObject({ phase: 'live', transport });
      const call = await shown(client, await server.press());
      expect(await client.calls.accept(call.id, { version: call.version })).toMatchObject({ id: call.id, state: 'accepted' });
      await client.calls.arrive(call.id);
      expect(await client.calls.complete(call.id)).toMatchObject({ state: 'completed' });
      await eventually(() => !openCall(client, call.id) || undefined, 'the call is gone');
      const own = events.filter(({ data }) => (data as { call_id?: string }).call_id === call.id).map(({ type }) => type);
      for (const type of ['call.pending', 'call.accepted', 'call.in_progress', 'call.completed'])
        expect(
          own.filter((one) => one === type),
          type,
        ).toHaveLength(1);
      expect(client.proof('icu')).toMatchObject({ snapshots: 1, gaps: 0, duplicatesDropped: 0 });
    });

    it.each(TRANSPORTS)('goes on over %s where it was after a cut, each event once', async (_, make) => {
      const { client, events, live } = await screen([make()]);
      const from = client.department('icu').getSnapshot().seq;
      await shown(client, await server.press());
      server.cut();
      const second = await server.press();
      await shown(client, second);
      await live();
      const log = (await server.log()).filter(({ seq }) => seq > from);
      await eventually(() => (events.at(-1)?.seq ?? 0) >= (log.at(-1)?.seq ?? 0) || undefined, 'the end of the log');
      const seen = events.slice(0, log.length);
      expect(seen.map(({ seq, id, type }) => ({ seq, id, type }))).toEqual(log.map(({ seq, id, type }) => ({ seq, id, type })));
      expect(client.proof('icu')).toMatchObject({ snapshots: 1, gaps: 0, duplicatesDropped: 0 });
    });

    it('settles a command once, with a typed error that carries the call where its state forbids', async () => {
      const { client } = await screen();
      const call = await shown(client, await server.press());
      await client.calls.accept(call.id);
      const key = crypto.randomUUID();
      const again = await client.calls.accept(call.id, { key }).catch((error: unknown) => error);
      expect(again).toBeInstanceOf(WardlineError);
      expect(again).toMatchObject({
        code: 'CALL_ALREADY_ACCEPTED',
        retryable: false,
        details: { call: { id: call.id, state: 'accepted' } },
      });
    });

    it('sends a command again with its key when the answer was lost: one effect', async () => {
      const { client, events, live } = await screen();
      const call = await shown(client, await server.press());
      const accepted = client.calls.accept(call.id);
      server.cut();
      expect(await accepted).toMatchObject({ id: call.id, state: 'accepted' });
      await live();
      const log = await server.log();
      await eventually(() => (events.at(-1)?.seq ?? 0) >= (log.at(-1)?.seq ?? 0) || undefined, 'the end of the log');
      const own = events.filter(({ type, data }) => type === 'call.accepted' && (data as { call_id: string }).call_id === call.id);
      expect(own).toHaveLength(1);
    });

    it('shows the same picture as a client that has just come', async () => {
      const first = await screen();
      for (let n = 0; n < 3; n++) await shown(first.client, await server.press());
      const second = await screen();
      const { seq, calls, staff } = second.client.department('icu').getSnapshot();
      const same = await eventually(() => {
        const picture = first.client.department('icu').getSnapshot();
        return picture.seq === seq ? picture : undefined;
      }, 'the same event');
      expect({ calls: same.calls, staff: same.staff }).toEqual({ calls, staff });
    });
  });
}
