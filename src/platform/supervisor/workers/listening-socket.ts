import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { getSystemErrorMap } from 'node:util';

/** As much as is used of Node's own handle of a TCP socket. */
interface TcpHandle {
  readonly fd: number;
  getsockname(out: { port?: number }): number;
  close(): void;
}

interface NetWithHandles {
  readonly _createServerHandle?: (address: string, port: number, family: number, fd: undefined, flags: number) => TcpHandle | number;
}

/**
 * The port. The supervisor binds the socket and keeps it; workers inherit its descriptor, listen and accept on it. So it stays where it
 * is while workers come and go: who connects meanwhile waits in the kernel's queue, and is neither refused nor reset.
 *
 * Node has no public way to bind without accepting; this is what its own `cluster` uses, which lets go of the port with the last worker.
 */
export class ListeningSocket {
  private constructor(
    private readonly handle: TcpHandle,
    readonly port: number,
  ) {}

  /** @throws Error when the address cannot be had */
  static async bind(host: string, port: number): Promise<ListeningSocket> {
    const { address, family } = await lookup(host);
    const { _createServerHandle: create } = net as NetWithHandles;
    if (!create) throw new Error('this version of Node cannot share a port among processes: set SUPERVISOR=off');
    const handle = create(address, port, family, undefined, 0);
    if (typeof handle === 'number') throw bindError(handle, address, port);
    const bound: { port?: number } = {};
    // The call reports a port that is taken only here.
    const problem = handle.getsockname(bound);
    if (problem !== 0) {
      handle.close();
      throw bindError(problem, address, port);
    }
    return new ListeningSocket(handle, bound.port ?? port);
  }

  /** For a worker to inherit. */
  get descriptor(): number {
    return this.handle.fd;
  }

  /** Lets go; workers that have it keep it. */
  close(): void {
    this.handle.close();
  }
}

function bindError(code: number, address: string, port: number): Error {
  const [name, message] = getSystemErrorMap().get(code) ?? [String(code), 'failed'];
  return new Error(`listen ${name}: ${message} ${address}:${String(port)}`);
}
