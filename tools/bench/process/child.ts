import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Answer, Answers, Question } from './answers.js';

const STOP_TIMEOUT_MS = 15_000;
const START_TIMEOUT_MS = 120_000;
const ANSWER_TIMEOUT_MS = 300_000;
/** Kept to explain a process that ended unasked. */
const MAX_OUTPUT = 4000;

export interface Program {
  /** The runtime's binary. */
  readonly runtime: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A process of its own with a channel to it. `A` are the questions that the program answers. */
export class Child<A extends Answers> {
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private output = '';
  private isOver = false;
  private readonly exited: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => (this.output = `${this.output}${line}\n`.slice(-MAX_OUTPUT)));
    }
    child.on('message', (message) => {
      this.settle(message as Answer);
    });
    child.on('error', (error) => {
      this.over(error.message);
    });
    this.exited = once(child, 'close').then(() => {
      this.over('it ended');
    });
  }

  static start<A extends Answers>({ runtime, args, env }: Program): Child<A> {
    const options = {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'] as ('ignore' | 'pipe' | 'ipc')[],
      serialization: 'json' as const,
    };
    return new Child<A>(spawn(runtime, args, options));
  }

  /** @throws Error of the program's own, when it ended, or when it does not answer for minutes */
  ask<K extends keyof A & string>(question: K, ...[argument]: Parameters<A[K]>): Promise<Awaited<ReturnType<A[K]>>> {
    return new Promise((resolve, reject) => {
      if (this.isOver) {
        reject(new Error(`asked "${question}" of a process that is gone: ${this.output}`));
        return;
      }
      const id = this.nextId++;
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error(`no answer to "${question}": ${this.output}`));
      }, ANSWER_TIMEOUT_MS);
      this.waiting.set(id, {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer as Awaited<ReturnType<A[K]>>);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.child.send({ question, id, argument } satisfies Question);
    });
  }

  /** Waits for a line that the process prints. @returns the first group of the match */
  async printed(line: RegExp): Promise<string> {
    const giveUpAt = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const found = line.exec(this.output)?.[1];
      if (found !== undefined) return found;
      if (this.isOver) throw new Error(`a process ended at its start: ${this.output}`);
      if (performance.now() > giveUpAt) throw new Error(`a process was not up after ${String(START_TIMEOUT_MS)} ms: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** The last that it said. */
  get lastWords(): string {
    return this.output;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Ends it in order; what does not end is killed. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.kill();
    }, STOP_TIMEOUT_MS);
    await this.exited;
    clearTimeout(timer);
  }

  private settle(message: Answer): void {
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if ('failure' in message) waiting?.reject(new Error(message.failure));
    else waiting?.resolve(message.answer);
  }

  private over(why: string): void {
    this.isOver = true;
    for (const waiting of this.waiting.values()) waiting.reject(new Error(`${why}: ${this.output}`));
    this.waiting.clear();
  }
}
