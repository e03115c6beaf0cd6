import { UseFilters } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { z } from 'zod';
import { slug } from '../../platform/common/values/ids.js';
import { Command } from '../frames/command.js';
import { CommandErrorFilter } from '../frames/command-error.filter.js';
import { Frame, OnFrame, plainFrame, TheCommand } from '../frames/frame.decorators.js';
import { Subscriptions } from './subscriptions.service.js';

const subscribe = plainFrame({ dept: slug, after: z.int().min(0).optional(), epoch: z.string().min(1).max(64).optional() });
const unsubscribe = plainFrame({ dept: slug });

export interface SubscribeAnswer {
  dept: string;
  epoch: string;
  /** True when the missed events follow; otherwise a `snapshot` does. */
  recovered: boolean;
  /** `seq` of the next event. */
  from: number;
  /** `seq` of the newest event. */
  head: number;
}

/** Following departments over a socket. */
@WebSocketGateway()
@UseFilters(CommandErrorFilter)
export class SubscriptionsGateway {
  constructor(private readonly subscriptions: Subscriptions) {}

  @OnFrame('subscribe', subscribe)
  async subscribe(@Frame() { dept, after, epoch }: z.infer<typeof subscribe>, @TheCommand() command: Command): Promise<SubscribeAnswer> {
    const { resumption, start } = await this.subscriptions.subscribe(command.connection, dept, { after, epoch }, command);
    command.afterReply(start);
    const { recovered, from, head } = resumption;
    return { dept, epoch: resumption.epoch, recovered, from, head };
  }

  @OnFrame('unsubscribe', unsubscribe)
  unsubscribe(@Frame() { dept }: z.infer<typeof unsubscribe>, @TheCommand() command: Command): { dept: string } {
    this.subscriptions.unsubscribe(command.connection, dept);
    return { dept };
  }
}
