import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Cluster } from '../../cluster/node/cluster.js';
import { ClusterRpc } from '../../cluster/bus/cluster-rpc.service.js';
import { SERVER_ID } from '../../cluster/node/server-id.js';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { ConnectionDirectory, type ConnectionSelection, type ConnectionView } from './connection-directory.service.js';

declare module '../../cluster/bus/cluster-rpc.service.js' {
  interface RpcSubjects {
    'connections.list': { question: ConnectionSelection; answer: ConnectionView[] };
    'connections.get': { question: { id: string }; answer: ConnectionView | null };
    'connections.close': { question: { id: string }; answer: { closed: boolean } };
  }
}

export interface ConnectionList {
  connections: ConnectionView[];
  /** Nodes whose connections are not among them: they did not answer. */
  unanswered: string[];
  /** Some are missing, of these nodes or, while Redis is away, of nodes that cannot even be named. */
  degraded: boolean;
}

/** The connections of all nodes. Each node is asked for a page of its own, so that an answer stays as small as a page. */
@Injectable()
export class ClusterConnections implements OnModuleInit {
  constructor(
    private readonly own: ConnectionDirectory,
    private readonly clusterRpc: ClusterRpc,
    private readonly cluster: Cluster,
    @Inject(SERVER_ID) private readonly serverId: string,
  ) {}

  onModuleInit(): void {
    this.clusterRpc.answerWith('connections.list', (selection) => this.own.list(selection));
    this.clusterRpc.answerWith('connections.get', ({ id }) => this.own.get(id) ?? null);
    this.clusterRpc.answerWith('connections.close', ({ id }) => ({ closed: this.own.close(id) }));
  }

  /** By id, which rises with the time of connecting, whatever node. */
  async list(selection: ConnectionSelection): Promise<ConnectionList> {
    const own = this.own.list(selection);
    if (selection.server === this.serverId) return { connections: own, unanswered: [], degraded: false };
    const { answers, silent } = await this.clusterRpc.ask('connections.list', selection, selection.server);
    const connections = [own, ...answers.values()].flat().sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      connections: connections.slice(0, selection.limit),
      unanswered: silent,
      degraded: silent.length > 0 || this.cluster.isUp === false,
    };
  }

  /** @throws DomainError NOT_FOUND; UNAVAILABLE when no node has it and one did not say */
  async get(id: string): Promise<ConnectionView> {
    const own = this.own.get(id);
    if (own) return own;
    const { answers, silent } = await this.clusterRpc.ask('connections.get', { id });
    for (const answer of answers.values()) if (answer) return answer;
    if (silent.length > 0 || this.cluster.isUp === false) throw unanswered();
    throw notFound('connection');
  }

  /** One that has gone meanwhile is as good as closed. @throws DomainError UNAVAILABLE when its node did not answer */
  async close({ id, server }: ConnectionView): Promise<void> {
    if (server === this.serverId) {
      this.own.close(id);
      return;
    }
    const { silent } = await this.clusterRpc.ask('connections.close', { id }, server);
    if (silent.length > 0 || this.cluster.isUp === false) throw unanswered();
  }
}

function unanswered(): DomainError {
  return new DomainError('UNAVAILABLE', 'a node did not answer', { retryAfter: 1 });
}
