import { nextStep } from './admission.js';
import { monotonic, Timers } from '../environment/timers.js';
import type { Link, Transport } from '../transports/transport.js';

/** On a fallback, the first choice is tried again this often: with the attempt itself, it is in use within 60 s. */
const FIRST_CHOICE_MS = 55_000;
/** An attempt ends after this time without a `hello`. */
const ATTEMPT_MS = 10_000;
/** An attempt that the end of the fallback cuts short is made again so soon. */
const CUT_SHORT_MS = 3000;

/** The next try of a first choice, by the monotonic clock: a fallback that is cut and opened again does not put it off. */
const due = new WeakMap<Transport, number>();

/** A better transport tried next to the one in use. It takes over with its hello, so that nothing is missed. */
class Candidate {
  #link: Link | undefined;
  readonly #timers = new Timers<'again' | 'attempt'>();
  readonly #first: Transport;
  readonly #open: (transport: Transport) => Link;
  readonly #adopt: (link: Link) => void;

  /** @param open opens a link that reports once `adopt` has made it the one in use */
  constructor(first: Transport, open: (transport: Transport) => Link, adopt: (link: Link) => void) {
    this.#first = first;
    this.#open = open;
    this.#adopt = adopt;
    if (!due.has(first)) due.set(first, monotonic() + FIRST_CHOICE_MS);
    this.#wait();
  }

  /** The fallback has ended. */
  stop(): void {
    if (this.#link) due.set(this.#first, monotonic() + CUT_SHORT_MS);
    this.#end();
  }

  #end(): void {
    this.#timers.stopAll();
    this.#link?.close();
    this.#link = undefined;
  }

  #wait(): void {
    const at = due.get(this.#first) ?? 0;
    this.#timers.start('again', Math.max(0, at - monotonic()), () => {
      this.#try();
    });
  }

  readonly #again = (): void => {
    this.#end();
    this.#wait();
  };

  #try(): void {
    due.set(this.#first, monotonic() + FIRST_CHOICE_MS);
    this.#timers.start('attempt', ATTEMPT_MS, this.#again);
    this.#link = this.#open({
      name: this.#first.name,
      open: (context, events) =>
        this.#first.open(context, {
          ...events,
          hello: (hello) => {
            const link = this.#link;
            due.delete(this.#first);
            this.#timers.stopAll();
            this.#link = undefined;
            if (link) this.#adopt(link);
            events.hello(hello);
          },
          end: (end) => {
            if (this.#link) this.#again();
            else events.end(end);
          },
        }),
    });
  }
}

/** Belongs to every transport that is not the first choice. */
export const fallback: NonNullable<Transport['fallback']> = {
  nextStep: (http, transports, index) => {
    // The first choice has just failed: its next try counts from now.
    const [first] = transports;
    if (index === 0 && first) due.set(first, monotonic() + FIRST_CHOICE_MS);
    return nextStep(http, transports, index);
  },
  retryFirst: (first, open, adopt) => new Candidate(first, open, adopt),
};
