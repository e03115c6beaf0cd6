import { randomUUID } from 'node:crypto';
import {
  type CanActivate,
  Controller,
  Get,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  UseFilters,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { WebSocketGateway } from '@nestjs/websockets';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DepartmentSnapshots } from '../../../../src/events/snapshots/department-snapshots.js';
import { IdentityProvider } from '../../../../src/identity/access/identity-provider.js';
import { Database } from '../../../../src/platform/database/database.js';
import { statement } from '../../../../src/platform/database/statement.js';
import { Transactions } from '../../../../src/platform/database/transactions.js';
import { DueWorkScheduler } from '../../../../src/platform/scheduling/due-work-scheduler.js';
import type { Extensions } from '../../../../src/program/extensions.js';
import { CommandErrorFilter } from '../../../../src/realtime/frames/command-error.filter.js';
import { commandFrame, OnFrame } from '../../../../src/realtime/frames/frame.decorators.js';
import { DEFAULT_UPGRADE_GUARDS } from '../../../../src/realtime/upgrade/upgrade-guards.js';
import { RoomAuthorizer } from '../../../../src/rooms/room-authorizer.js';
import { asStation, request, signIn, Socket } from '../../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

let wardline: TestWardline | undefined;
afterEach(async () => {
  await wardline?.stop();
  wardline = undefined;
});

/** The faults of an extension. */
const FAULTS = {
  throws: () => {
    throw new Error('a defect of the extension');
  },
  hangs: () => new Promise<never>(() => undefined),
  'answers nonsense': () => 'nonsense' as never,
};
const faults = Object.entries(FAULTS) as [string, () => never][];

const press = async (target: TestWardline) => (await asStation(target, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' })).status;
const health = async (target: TestWardline) => (await request(target, 'GET', '/healthz')).body as { status: string; extensions?: string[] };
const readiness = async (target: TestWardline) => (await request(target, 'GET', '/readyz')).status;

const ask = (socket: Socket, type: string, fields: object) => socket.ask({ type, ...fields });

function moduleOf(...providers: (new (...args: any[]) => object)[]) {
  @Module({ providers })
  class Own {}
  return Own;
}

describe.each(faults)('an extension that %s', (_, fault) => {
  it('as an identity provider: the request is refused with UNAVAILABLE, presses are taken', async () => {
    @Injectable()
    class Identity extends IdentityProvider {
      identify = fault;
    }
    wardline = await startTestWardline({ identityProvider: Identity });
    const answer = await request(wardline, 'GET', '/api/v1/auth/session', { headers: { authorization: 'Bearer one' } });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE', retryable: true } } });
    expect(await press(wardline)).toBe(201);
  });

  it('as a guard of the upgrade: the socket is refused with 503', async () => {
    @Injectable()
    class Guard implements CanActivate {
      canActivate = fault;
    }
    wardline = await startTestWardline({ upgradeGuards: [...DEFAULT_UPGRADE_GUARDS, Guard] });
    const { cookie } = await signIn(wardline, 'icu-nurse-1');
    const answer = await request(wardline, 'GET', '/api/v1/ws/admission', { headers: { cookie } });
    expect(answer.body).toMatchObject({ admitted: false, status: 503, code: 'UNAVAILABLE' });
  });

  it('as a room authoriser: the frame is refused with UNAVAILABLE', async () => {
    @Injectable()
    class Rooms extends RoomAuthorizer {
      permits = fault;
    }
    wardline = await startTestWardline({ roomAuthorizer: Rooms });
    const socket = await Socket.open(wardline, (await signIn(wardline, 'icu-nurse-1')).cookie);
    expect(await ask(socket, 'room.join', { room: 'ward-7' })).toMatchObject({ type: 'error', code: 'UNAVAILABLE' });
  });

  it.skipIf(fault === FAULTS.hangs)('as due work: it backs off, readiness stays green, /healthz is degraded and names it', async () => {
    @Injectable()
    class Work implements OnModuleInit {
      constructor(private readonly scheduler: DueWorkScheduler) {}
      onModuleInit(): void {
        this.scheduler.register({ name: 'cleaning', handleOne: fault });
      }
    }
    wardline = await startTestWardline({ modules: [moduleOf(Work)] });
    const target = wardline;
    const seen = await eventually(async () => {
      const one = await health(target);
      return one.status === 'degraded' ? one : undefined;
    }, 'a degraded node');
    expect(seen.extensions).toEqual(['due work cleaning']);
    expect(await readiness(wardline)).toBe(200);
    expect(await press(wardline)).toBe(201);
  });
});

const frame = commandFrame(z.strictObject({}));

@WebSocketGateway()
@UseFilters(CommandErrorFilter)
class FaultyGateway {
  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
  ) {}

  @OnFrame('own.hangs', frame)
  hangs(): Promise<object> {
    return new Promise(() => undefined);
  }

  @OnFrame('own.leaks', frame)
  async leaks(): Promise<object> {
    for (let borrowed = 0; borrowed < 6; borrowed++) await this.database.pool('requests').connect();
    return {};
  }

  @OnFrame('own.commits', frame)
  async commits(): Promise<object> {
    const commit = statement('test_commit', '/* by hand */ COMMIT');
    await this.transactions.run((tx) => tx.query(commit));
    return {};
  }
}

describe('a frame handler', () => {
  const opened = async () => {
    wardline = await startTestWardline({ modules: [moduleOf(FaultyGateway)] });
    return Socket.open(wardline, (await signIn(wardline, 'icu-nurse-1')).cookie);
  };

  it('that hangs is answered UNAVAILABLE after ten seconds, and the next frame goes on', async () => {
    const socket = await opened();
    const hung = ask(socket, 'own.hangs', { data: {} });
    const next = ask(socket, 'subscribe', { dept: 'icu' });
    expect(await hung).toMatchObject({ type: 'error', code: 'UNAVAILABLE', retryable: true });
    expect(await next).toMatchObject({ type: 'ok' });
  });

  it('that borrows every connection and gives none back: they are destroyed at its deadline, and the pool serves again', async () => {
    const socket = await opened();
    expect(await ask(socket, 'own.leaks', { data: {} })).toMatchObject({ type: 'ok' });
    await eventually(async () => ((await readiness(wardline!)) === 503 ? true : undefined), 'a pool that is empty');
    await eventually(async () => ((await readiness(wardline!)) === 200 ? true : undefined), 'a pool that serves again');
  });

  it('that ends its transaction by hand is refused', async () => {
    const socket = await opened();
    expect(await ask(socket, 'own.commits', { data: {} })).toMatchObject({ type: 'error', code: 'INTERNAL' });
    expect(wardline!.log.some((line) => line.includes('a transaction is not begun, ended or divided by hand'))).toBe(true);
  });
});

describe('a part of the snapshot', () => {
  const withPart = (part: string, query: string): Extensions => {
    @Injectable()
    class Parts implements OnModuleInit {
      constructor(private readonly snapshots: DepartmentSnapshots) {}
      onModuleInit(): void {
        this.snapshots.contribute(part, query);
      }
    }
    return { modules: [moduleOf(Parts)] };
  };
  const snapshotOf = async (target: TestWardline) => (await (await signIn(target, 'icu-nurse-1')).get('/departments/icu/snapshot')).body;

  it.each([
    ['calls', 'SELECT json_build_array()', 'two parts of the snapshot are called "calls"'],
    ['beds', 'SELECT json_agg(nothing) FROM', 'does not parse'],
    ['no name', 'SELECT 1', 'cannot be called "no name"'],
  ])('called %s that reads %s stops the start, which names it', async (part, query, why) => {
    await expect(startTestWardline(withPart(part, query))).rejects.toThrow(why);
  });

  it.each([
    ['fails', 'SELECT 1 / (count(*) - count(*))::int FROM departments'],
    ['answers several rows', 'SELECT id FROM departments'],
    ['hangs', 'SELECT pg_sleep(60)::text'],
    ['never ends', 'WITH RECURSIVE n(i) AS (SELECT 1::bigint UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n'],
    ['answers too much', `SELECT repeat('x', 1000000)`],
    ['is no JSON', `SELECT convert_from('\\xff', 'UTF8')`],
    ['raises', `SELECT '{'::text::json`],
  ])('that %s is left out and named in `missing`; the calls are there', async (_, query) => {
    wardline = await startTestWardline(withPart('beds', query));
    await press(wardline);
    const body = await snapshotOf(wardline);
    expect(body.data ?? body).toMatchObject({ missing: ['beds'], calls: [{ type: 'patient_normal' }] });
    expect(await health(wardline)).toMatchObject({ status: 'degraded', extensions: ['snapshot beds'] });
  });
});

describe('a module that reaches too far', () => {
  @Injectable()
  class Everywhere implements CanActivate {
    canActivate(): boolean {
      throw new Error('a defect of the extension');
    }
    use(): void {
      throw new Error('a defect of the extension');
    }
  }
  @Controller('api/v1/own')
  class OwnController {
    @Get()
    answer(): object {
      return { answered: true };
    }
  }
  const withMiddleware = (...routes: (string | typeof OwnController)[]) => {
    class MiddlewareModule implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(Everywhere).forRoutes(...routes);
      }
    }
    Module({ controllers: [OwnController] })(MiddlewareModule);
    return MiddlewareModule;
  };

  it('a guard of every route stops the start, which names the module', async () => {
    @Module({ providers: [{ provide: APP_GUARD, useClass: Everywhere }] })
    class GlobalModule {}
    await expect(startTestWardline({ modules: [GlobalModule] })).rejects.toThrow('GlobalModule did not start: APP_GUARD');
  });

  it('middleware of every route stops the start; that of its own controllers fails nothing else', async () => {
    await expect(startTestWardline({ modules: [withMiddleware('*path')] })).rejects.toThrow(
      'MiddlewareModule did not start: its middleware',
    );
    wardline = await startTestWardline({ modules: [withMiddleware(OwnController)] });
    const { cookie } = await signIn(wardline, 'icu-nurse-1');
    expect((await request(wardline, 'GET', '/api/v1/own', { headers: { cookie } })).status).toBe(500);
    expect(await press(wardline)).toBe(201);
  });
});

describe('a module that does not end', () => {
  it.each(faults)('because it %s keeps nobody else from ending', async (_, fault) => {
    const ended: string[] = [];
    @Injectable()
    class Broken implements OnModuleDestroy {
      onModuleDestroy = fault;
    }
    @Injectable()
    class Whole implements OnApplicationShutdown {
      onApplicationShutdown(): void {
        ended.push('whole');
      }
    }
    wardline = await startTestWardline({ modules: [moduleOf(Broken), moduleOf(Whole)] });
    await wardline.stop();
    wardline = undefined;
    expect(ended).toEqual(['whole']);
  });
});

describe('a module that does not start', () => {
  it.each<[string, new () => object]>([
    [
      'in its hook',
      class BrokenModule implements OnModuleInit {
        onModuleInit(): void {
          throw new Error(`no bed ${randomUUID().slice(0, 0)}today`);
        }
      },
    ],
    [
      'in its constructor',
      class BrokenModule {
        readonly beds = 0;
        constructor() {
          throw new Error('no bed today');
        }
      },
    ],
  ])('%s is named', async (_, broken) => {
    Module({})(broken);
    await expect(startTestWardline({ modules: [broken] })).rejects.toThrow('BrokenModule did not start: no bed today');
  });
});
