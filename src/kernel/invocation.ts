import { Alarm } from './deadlines.ts';
import { isThenable } from './functions.ts';
import type { Runtime } from './runtime.ts';

/** Whoever limits how many handlers run at once. */
export interface SlotOwner {
  readonly runtime: Runtime;
  /** How long a handler may go on when nobody waits for it any more, before its slot is taken back. */
  readonly graceMs: number;
}

/**
 * One call of a handler. It keeps its slot until the handler settles, or until the grace period is over that begins
 * when nobody waits for its outcome any more.
 */
export abstract class Invocation {
  protected readonly owner: SlotOwner;
  /** True while the handler runs, and its slot is not free. */
  running = false;
  /** The time that the handler has to notice that nobody waits for it. */
  #grace: Alarm | undefined;

  constructor(owner: SlotOwner) {
    this.owner = owner;
  }

  /** Whose handler it is, for errors, such as `agent "ada"`. */
  abstract get label(): string;

  /** The handler has settled, perhaps when nobody waits any more. */
  protected abstract settled(isOutput: boolean, outcome: unknown): void;

  /** The slot is free: the handler has settled; or it was `abandoned`, as it ignored its signal through the grace period. */
  protected abstract slotFreed(abandoned: boolean): void;

  /** Calls the handler. */
  run<I, C>(handler: (input: I, context: C) => unknown, input: I, context: C): void {
    this.running = true;
    this.owner.runtime.handlers.active++;
    let result: unknown;
    try {
      result = handler(input, context);
      if (isThenable(result)) {
        Promise.resolve(result).then(
          (output) => this.returned(output),
          (error) => this.threw(error),
        );
        return;
      }
    } catch (error) {
      this.threw(error);
      return;
    }
    this.returned(result);
  }

  // Not private, as private methods are slow from within functions that are made anew for each call.

  /** @internal The handler has returned `output`. */
  returned(output: unknown): void {
    this.settled(true, output);
    if (this.running) this.#free(false);
  }

  /** @internal The handler has failed. */
  threw(error: unknown): void {
    this.settled(false, error);
    if (this.running) this.#free(false);
  }

  /** Nobody waits any more: begins the grace period, if the handler runs. */
  linger(): void {
    if (!this.running) return;
    const { runtime, graceMs } = this.owner;
    this.#grace = new Alarm(() => this.#free(true));
    const now = runtime.clock.monotonic();
    this.#grace.dueAt = now + graceMs;
    runtime.deadlines.arm(this.#grace, now);
  }

  #free(abandoned: boolean): void {
    const { runtime } = this.owner;
    this.running = false;
    if (this.#grace !== undefined) runtime.deadlines.disarm(this.#grace);
    this.slotFreed(abandoned);
    runtime.handlers.ended(abandoned ? this.label : undefined);
  }
}
