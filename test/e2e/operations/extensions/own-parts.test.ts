import { Injectable, Module, type OnModuleInit, UseFilters } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import {
  CommandErrorFilter,
  commandFrame,
  counterProvider,
  defineHospital,
  EventCatalog,
  Frame,
  Gauge,
  gaugeProvider,
  type HealthFinding,
  HealthIndicators,
  OnFrame,
  RetentionRules,
  statement,
  type Transaction,
} from '../../../../src/index.js';
import { ownProtocolOf, renderOpenApi } from '../../../../src/cli/print/openapi.js';
import { StartRefused } from '../../../../src/platform/common/start-refused.js';
import { readConfig } from '../../../../src/platform/config/config.js';
import { requireSound } from '../../../../src/program/load-hospital.js';
import { renderOwnTypes } from '../../../../src/protocol/own-types.js';
import { renderAsyncApi } from '../../../../src/protocol/render.js';
import { startTestWardline, type TestWardline } from '../../../../src/testing/index.js';

const linen = z.strictObject({
  bed_id: z.string().describe('the bed that it is for'),
  kind: z.enum(['sheet', 'pillow']),
  since: z.string().nullable(),
  count: z.int().optional(),
});
const order = commandFrame(z.strictObject({ bed_id: z.string().max(64), kinds: z.array(z.enum(['sheet', 'pillow'])).max(5) }));
const purge = statement(
  'test_house_purge',
  'WITH old AS (SELECT id FROM own_cleaning_tasks WHERE due_at < app_now() LIMIT $1) DELETE FROM own_cleaning_tasks t USING old WHERE t.id = old.id RETURNING 1',
);

@Injectable()
class Laundry implements OnModuleInit {
  pager: () => HealthFinding | Promise<HealthFinding> = () => ({ status: 'up', queue: 3 });

  constructor(
    private readonly health: HealthIndicators,
    private readonly retention: RetentionRules,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'pager', check: () => this.pager() });
    this.retention.register({ name: 'broken', purge: () => Promise.reject(new Error('on purpose')) });
    this.retention.register({
      name: 'cleaning',
      purge: async (tx: Transaction, limit: number) => (await tx.query(purge, [limit])).length,
    });
  }
}

@WebSocketGateway()
@UseFilters(CommandErrorFilter)
class LaundryGateway {
  @OnFrame('test-house.linen.order', order)
  order(@Frame() { data }: z.infer<typeof order>): object {
    return { ordered: data.kinds.length };
  }
}

/** Looked at when it is scraped. */
let queued: () => number | Promise<number> = () => 4;
const queueProvider = gaugeProvider({
  name: 'test_house_queue',
  help: 'Loads that wait.',
  async collect() {
    this.set(await queued());
  },
});

@Module({ providers: [Laundry, LaundryGateway, counterProvider({ name: 'test_house_loads_total', help: 'Loads.' }), queueProvider] })
class LaundryModule {}

const hospital = defineHospital({
  name: 'test-house',
  compatibility: '>=0.2.0',
  migrations: new URL('../../../support/own-program/migrations/', import.meta.url),
  events: { 'test-house.linen.brought': { critical: false, data: linen } },
  modules: [LaundryModule],
});
const program = { hospital, config: readConfig({}) };

describe('the published protocol', () => {
  it('has the frames and events of the hospital, and Wardline’s as they are', async () => {
    const document = JSON.parse(renderAsyncApi(await ownProtocolOf(program))) as {
      components: { messages: Record<string, object>; schemas: Record<string, object> };
    };
    const { messages, schemas } = document.components;
    expect(messages['client.test-house.linen.order']).toMatchObject({
      payload: { properties: { type: { const: 'test-house.linen.order' }, data: { required: ['bed_id', 'kinds'] } } },
    });
    expect(messages['server.test-house.linen.brought']).toMatchObject({
      payload: { $ref: '#/components/schemas/TestHouseLinenBroughtEvent' },
    });
    expect(schemas['TestHouseLinenBroughtEvent']).toMatchObject({
      properties: { type: { const: 'test-house.linen.brought' }, seq: {}, data: { required: ['bed_id', 'kind', 'since'] } },
    });
    const wardlines = JSON.parse(renderAsyncApi()) as typeof document;
    expect(Object.keys(messages)).toHaveLength(Object.keys(wardlines.components.messages).length + 2);
    expect(await renderOpenApi(program)).toMatchObject({ info: { title: 'Wardline' } });
  });

  it('is TypeScript for the client', async () => {
    expect(renderOwnTypes('test-house', await ownProtocolOf(program)))
      .toBe(`// Written by \`wardline protocol --types\` from the schemas that the server validates with. Do not edit.
import type { WardlineProtocol } from '@wardline/client';

/** The \`data\` of each type of event of test-house's own. */
export interface TestHouseEvents {
  'test-house.linen.brought': {
    /** the bed that it is for */
    bed_id: string;
    kind: 'sheet' | 'pillow';
    since: string | null;
    count?: number;
  };
}

/** The fields of each command of test-house's own. */
export interface TestHouseCommands {
  'test-house.linen.order': {
    bed_id: string;
    kinds: ('sheet' | 'pillow')[];
  };
}

/** Wardline's protocol with that of test-house: \`createClient<TestHouseProtocol>()\`. */
export interface TestHouseProtocol {
  events: WardlineProtocol['events'] & TestHouseEvents;
  commands: TestHouseCommands;
}
`);
  });

  it('takes no event of another’s name', () => {
    const start = () => {
      requireSound({ ...hospital, events: { 'call.pending': { critical: false, data: linen } } });
    };
    expect(start).toThrow(StartRefused);
    expect(start).toThrow('call.pending must begin with test-house.');
  });

  it('has no frame and no metric of another’s name: the start is refused', async () => {
    @WebSocketGateway()
    class Foreign {
      @OnFrame('call.accept', order)
      hide(): void {
        // Nobody ever gets here.
      }
    }
    @Module({ providers: [Foreign] })
    class ForeignModule {}
    @Module({ providers: [counterProvider({ name: 'calls_hidden_total', help: 'Of a test.' })] })
    class CountingModule {}
    const start = (module: object) =>
      startTestWardline({ ...hospital, modules: [module as typeof ForeignModule] }, { databaseUrl: inject('adminUrl') });
    await expect(start(ForeignModule)).rejects.toThrow('the frame call.accept must begin with test-house.');
    await expect(start(CountingModule)).rejects.toThrow('the metric calls_hidden_total must begin with test_house_');
  });

  it('has no metric of another’s name in prom-client’s default registry: the start is refused', async () => {
    new Gauge({ name: 'beds_of_a_test', help: 'In the default registry.' });
    try {
      const start = startTestWardline(hospital, { databaseUrl: inject('adminUrl') });
      await expect(start).rejects.toThrow('hospital test-house: the metric beds_of_a_test must begin with test_house_');
    } finally {
      register.removeSingleMetric('beds_of_a_test');
    }
  });

  it('says at the start which events are not in it: those that only a module declares', async () => {
    @Injectable()
    class Declaring implements OnModuleInit {
      constructor(private readonly catalog: EventCatalog) {}
      onModuleInit(): void {
        const types: object = { 'test-house.linen.lost': { critical: false, data: linen }, ...hospital.events };
        this.catalog.declareAll(types);
      }
    }
    @Module({ providers: [Declaring] })
    class DeclaringModule {}
    const own = await startTestWardline({ ...hospital, modules: [DeclaringModule] }, { databaseUrl: inject('adminUrl') });
    const said = own.log.filter((line) => line.includes('own_events.unpublished'));
    await own.stop();
    expect(said.map((line) => (JSON.parse(line) as { types: string[] }).types)).toEqual([['test-house.linen.lost']]);
  });
});

describe('parts of a hospital’s own that run beside the ward', () => {
  let wardline: TestWardline;
  let laundry: Laundry;
  beforeAll(async () => {
    wardline = await startTestWardline(hospital, { databaseUrl: inject('adminUrl') });
    laundry = wardline.app.get(Laundry, { strict: false });
  });
  afterAll(() => wardline.stop());

  const health = async () =>
    (await (await wardline.ward.fetch('/healthz')).json()) as { status: string; own?: object; extensions?: string[] };
  const until = (status: string) =>
    wardline.ward.until(async () => {
      const seen = await health();
      return seen.status === status ? seen : undefined;
    }, `health ${status}`);
  const readiness = async () => (await wardline.ward.fetch('/readyz')).status;

  it('a metric is in /metrics; one that throws, hangs or has no number is left out, and the others are there', async () => {
    new Gauge({
      name: 'test_house_own_queue',
      help: 'In the default registry.',
      async collect() {
        this.set(await queued());
      },
    });
    const scrape = async () => {
      const answer = await wardline.ward.fetch('/metrics');
      expect(answer.status).toBe(200);
      return answer.text();
    };
    const names = ['test_house_queue', 'test_house_own_queue'];
    try {
      const whole = await scrape();
      for (const name of names) expect(whole).toContain(`\n${name} 4\n`);
      const faults: (typeof queued)[] = [
        () => {
          throw new Error('on purpose');
        },
        () => Promise.reject(new Error('on purpose')),
        () => new Promise(() => undefined),
        () => 'many' as never,
      ];
      for (const fault of faults) {
        queued = fault;
        const rest = await scrape();
        for (const name of names) expect(rest).not.toContain(name);
        for (const other of ['test_house_loads_total 0', 'ws_connections ', 'nodejs_eventloop_lag_seconds ']) expect(rest).toContain(other);
      }
      queued = () => 5;
      const again = await scrape();
      for (const name of names) expect(again).toContain(`\n${name} 5\n`);
      expect(again).toContain('wardline_extension_failures_total{point="metric",reason="threw"} 6');
      expect(again).toContain('wardline_extension_failures_total{point="metric",reason="timeout"} 2');
    } finally {
      queued = () => 4;
      register.removeSingleMetric('test_house_own_queue');
    }
  });

  it('an indicator is in /healthz; down, stuck or senseless it makes it degraded, and readiness stays green', async () => {
    expect(await until('ok')).toMatchObject({ own: { pager: { status: 'up', queue: 3 } } });
    laundry.pager = () => ({ status: 'down', reason: 'no line' });
    expect(await until('degraded')).toMatchObject({ own: { pager: { status: 'down', reason: 'no line' } } });
    laundry.pager = () => ({ status: 'up' });
    await until('ok');
    laundry.pager = () => ({ status: 'fine' }) as never;
    const named = expect.arrayContaining(['health indicator pager']) as string[];
    expect(await until('degraded')).toMatchObject({ own: { pager: { status: 'down' } }, extensions: named });
    expect(await readiness()).toBe(200);
    laundry.pager = () => new Promise<never>(() => undefined);
    expect((await health()).status).toBe('degraded');
    expect(await readiness()).toBe(200);
  });

  it('a retention rule removes what has expired, in batches; one that fails keeps nobody from theirs', async () => {
    await wardline.query(
      `INSERT INTO own_cleaning_tasks (bed_id, due_at) SELECT 'icu-101-a', app_now() - interval '1 day' FROM generate_series(1, 2500)`,
    );
    await wardline.query(`INSERT INTO own_cleaning_tasks (bed_id, due_at) VALUES ('icu-101-a', app_now() + interval '1 day')`);
    expect(await wardline.app.get(RetentionRules, { strict: false }).run()).toBe(2500);
    expect(await wardline.query('SELECT count(*)::int AS count FROM own_cleaning_tasks')).toEqual([{ count: 1 }]);
    expect(wardline.log.some((line) => line.includes('retention rule broken') && line.includes('on purpose'))).toBe(true);
    // An answer of health is kept for a second.
    await wardline.ward.until(
      async () => ((await health()).extensions?.includes('retention rule broken') ? true : undefined),
      'the broken rule in health',
    );
  });

  it('a frame is answered', async () => {
    const nurse = await wardline.ward.nurse('icu');
    const asked = nurse.client.command('test-house.linen.order', { bed_id: 'icu-101-a', kinds: ['sheet'] });
    expect(await asked).toEqual({ ordered: 1 });
    expect(await (await wardline.ward.fetch('/metrics')).text()).toContain('test_house_loads_total 0');
  });
});
