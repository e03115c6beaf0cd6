import { Counter } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Clock } from '../../../platform/common/clock.js';
import { ExtensionGuard } from '../../../platform/extensions/extension-guard.js';
import type { Logger } from '../../../platform/logging/logger.js';
import { EncodedEvent, EventBatch } from '../../log/encoded-event.js';
import { EventCatalog } from '../../log/event-catalog.js';
import { DepartmentFeed, type FeedReader } from './department-feed.js';

function catalogOf(traits: object): { catalog: EventCatalog; failures: () => Promise<number | undefined> } {
  const counter = new Counter({ name: 'failures', help: 'in a test', labelNames: ['point', 'reason'], registers: [] });
  const guard = new ExtensionGuard({ error: () => undefined } as unknown as Logger, { now: () => 0 } as Clock, counter);
  const catalog = new EventCatalog(guard);
  const types: object = { 'call.pending': { critical: true }, 'st-jude.cleaned': { data: z.object({}), ...traits } };
  catalog.declareAll(types);
  return { catalog, failures: async () => (await counter.get()).values[0]?.value };
}

/** An event of the hospital's own, and a call after it. */
function batchOf(catalog: EventCatalog): EventBatch {
  const [own, call] = ['st-jude.cleaned', 'call.pending'].map((type, i) => {
    const event = { dept: 'icu', seq: i + 1, id: String(i), type, time: '', data: '{}', trace: null, age: 0 };
    return new EncodedEvent(event, catalog.traitsOf(type), 0);
  });
  return new EventBatch([own!, call!]);
}

function reader(deliver: (batch: EventBatch) => void) {
  const got: string[] = [];
  const one: FeedReader & { got: string[] } = {
    got,
    deliver,
    reset: () => got.push('reset'),
    failed: () => got.push('failed'),
  };
  return one;
}

const fails = () => {
  throw new Error('on purpose');
};

describe('a batch with an event of the hospital’s own', () => {
  it.each<[string, object]>([
    ['critical throws', { critical: fails }],
    ['critical answers nothing', { critical: () => undefined }],
    ['critical answers a promise', { critical: () => Promise.resolve(false) }],
    ['critical answers a word', { critical: () => 'yes' }],
  ])('whose %s is critical, counted as a failure, and a call behind it comes', async (_, traits) => {
    const { catalog, failures } = catalogOf(traits);
    const texts = batchOf(catalog).events.map(({ text }) => JSON.parse(text) as { type: string; critical: boolean });
    expect(texts).toMatchObject([
      { type: 'st-jude.cleaned', critical: true },
      { type: 'call.pending', critical: true },
    ]);
    expect(await failures()).toBe(1);
  });

  it.each<[string, object]>([
    ['throws', { critical: false, repeatOf: fails }],
    ['answers a number', { critical: false, repeatOf: () => 7 }],
  ])('whose repeatOf %s repeats nothing', async (_, traits) => {
    const { catalog, failures } = catalogOf(traits);
    const [own] = batchOf(catalog).events;
    expect([own.repeatOf, own.repeatOf, own.critical]).toEqual([undefined, undefined, false]);
    expect(await failures()).toBe(1);
  });

  it('keeps what it says of itself', () => {
    const { catalog } = catalogOf({ critical: (data: string) => data !== '{}', repeatOf: (data: string) => data });
    const [own] = batchOf(catalog).events;
    expect([own.critical, own.repeatOf]).toEqual([false, '{}']);
  });

  it.each([undefined, null, {}, { critical: 'no' }, { critical: true, repeatOf: 'id' }, { critical: true, data: {} }])(
    'is not declared as %j',
    (traits) => {
      const { catalog } = catalogOf({ critical: true });
      expect(() => {
        const types: object = { 'st-jude.other': traits };
        catalog.declareAll(types);
      }).toThrow('event st-jude.other: ');
    },
  );
});

it('a type is declared once: nobody changes what is promised of a call', () => {
  const { catalog } = catalogOf({ critical: true });
  expect(() => {
    catalog.declareAll({ 'call.pending': { critical: false } });
  }).toThrow('event call.pending: is declared already');
  expect(catalog.isCritical('call.pending', '{}')).toBe(true);
});

describe('a reader that cannot take a batch', () => {
  it('leaves, to resume; the others get it and the next one', () => {
    const feed = new DepartmentFeed('icu', 0);
    const broken = reader(fails);
    const worse: FeedReader = { deliver: fails, reset: fails, failed: fails };
    const sound = reader((batch) => sound.got.push(String(batch.last)));
    for (const one of [broken, worse, sound]) feed.add(one);
    const batch = batchOf(catalogOf({ critical: true }).catalog);
    expect(feed.publish(batch)).toHaveLength(3);
    expect(feed.publish(batch)).toEqual([]);
    expect(broken.got).toEqual(['failed']);
    expect(sound.got).toEqual(['2', '2']);
  });
});
