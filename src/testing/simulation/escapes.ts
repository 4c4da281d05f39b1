import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import process from 'node:process';

/** What runs and waits inside of a simulation: promises, and what Node does with them. */
const INSIDE: ReadonlySet<string> = new Set(['PROMISE', 'TickObject', 'Microtask']);

/** Before Node 24, watching takes ten times as long as all the rest. */
const isCheap = Number(process.versions.node.split('.')[0]) >= 24;

/** Tells whether the simulation with this number is worth watching: what waits for the world outside mostly does so in all. */
export function isWatched(index: number): boolean {
  return isCheap || index < 10 || index % 25 === 0;
}

/** Notices when something that belongs to a simulation waits for the world outside: a real timer, a socket, a file. */
export class EscapeDetector {
  readonly #scope = new AsyncLocalStorage<EscapeDetector>();
  /** Not every version of Node knows the option; with promises it notices the same and takes longer. */
  readonly #hook = createHook({
    init: (_id: number, type: string) => {
      if (this.#own || INSIDE.has(type) || this.#scope.getStore() !== this) return;
      this.#escape ??= type;
    },
    ...{ trackPromises: false },
  });
  #own = false;
  #escape: string | undefined;

  /** What was noticed first, in Node's word for it, such as `Timeout`. */
  get escape(): string | undefined {
    return this.#escape;
  }

  /** Runs `work` and watches it, with all that it sets off. */
  watch<T>(work: () => T): T {
    this.#hook.enable();
    return this.#scope.run(this, work);
  }

  /** Lets the simulation itself wait for the world outside. */
  readonly allow = (work: () => void): void => {
    this.#own = true;
    work();
    this.#own = false;
  };

  stop(): void {
    this.#hook.disable();
    this.#scope.disable();
  }
}
