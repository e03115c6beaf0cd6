import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent } from '../process/answers.js';
import { PROBE } from '../process/probe.js';
import { makeEvent } from './event.js';

export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Files of a certificate and its key; without them a server speaks plain. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** The plan of sending: `turns` times, every `everyMs`, `burst` events at once. */
export interface Publishing {
  readonly turns: number;
  readonly burst: number;
  readonly everyMs: number;
}

export type PeerEvent = ReturnType<typeof makeEvent>;

/** A server that Wardline is compared with. */
export interface Peer {
  /** Listens on 127.0.0.1 and makes every connection a reader. @returns the port */
  listen(tls: KeyPair | undefined): Promise<number>;
  /** To all readers, in one turn of the event loop. */
  publish(events: readonly PeerEvent[]): void;
}

let seq = 0;

async function publishAll(peer: Peer, { turns, burst, everyMs }: Publishing): Promise<void> {
  const started = performance.now();
  for (let turn = 0; turn < turns; turn += 1) {
    const wait = started + turn * everyMs - performance.now();
    if (wait > 0) await sleep(wait);
    peer.publish(Array.from({ length: burst }, () => makeEvent(++seq)));
  }
}

function answersOf(peer: Peer) {
  return {
    ...PROBE,
    listen: ({ tls }: { tls: TlsFiles | undefined }) => peer.listen(tls && { cert: readFileSync(tls.cert), key: readFileSync(tls.key) }),
    publish: (publishing: Publishing) => publishAll(peer, publishing),
  } as const;
}

export type PeerAnswers = ReturnType<typeof answersOf>;

/** Runs the peer for as long as its parent wants it. */
export function servePeer(peer: Peer): void {
  answerParent(answersOf(peer));
}
