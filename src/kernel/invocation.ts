import { Timed } from './deadlines.ts';
import { HandlerError } from './errors.ts';
import { isThenable } from './functions.ts';
import type { PendingWatcher } from './pending.ts';
import type { Runtime } from './runtime.ts';

/** What a handler works for. */
export interface InvocationTarget {
  readonly ended: boolean;
  watcher: PendingWatcher | undefined;
  fulfil(output: unknown): void;
  fail(error: unknown): void;
}

/** Whoever limits how many handlers run at once. */
export interface SlotOwner {
  readonly runtime: Runtime;
  /** How long a handler may go on when nobody waits for it any more, before its slot is taken back. */
  readonly graceMs: number;
  /** Whose handler it is, for errors, such as `agent "ada"`. */
  readonly label: string;
  /** The handler has settled; or it was `abandoned`, as it ignored its signal through the grace period. */
  slotFreed(abandoned: boolean): void;
}

/** The time that a handler has to notice that nobody waits for it. */
class Grace extends Timed {
  readonly timeUp: () => void;

  constructor(onOver: () => void) {
    super();
    this.timeUp = onOver;
  }
}

/**
 * One run of a handler. It keeps its slot until the handler settles, or until the grace period is over that
 * begins when nobody waits for its outcome any more.
 */
export class Invocation implements PendingWatcher {
  readonly #owner: SlotOwner;
  readonly #target: InvocationTarget;
  #holdsSlot = true;
  #grace: Grace | undefined = undefined;

  constructor(owner: SlotOwner, target: InvocationTarget) {
    this.#owner = owner;
    this.#target = target;
    target.watcher = this;
    owner.runtime.handlers.active++;
  }

  /** Calls the handler; its output or error becomes the outcome of the target. */
  run<I, C>(handler: (input: I, context: C) => unknown, input: I, context: C): void {
    let result: unknown;
    try {
      result = handler(input, context);
      if (isThenable(result)) {
        Promise.resolve(result).then(
          (output) => this.#settled(true, output),
          (error) => this.#settled(false, error),
        );
        return;
      }
    } catch (error) {
      this.#settled(false, error);
      return;
    }
    this.#settled(true, result);
  }

  waiterGone(): void {
    const { runtime, graceMs } = this.#owner;
    this.#grace = new Grace(() => this.#freeSlot(true));
    const now = runtime.clock.monotonic();
    this.#grace.dueAt = now + graceMs;
    runtime.deadlines.arm(this.#grace, now);
  }

  #settled(isOutput: boolean, outcome: unknown): void {
    const target = this.#target;
    target.watcher = undefined;
    if (isOutput) target.fulfil(outcome);
    else target.fail(target.ended ? outcome : new HandlerError(this.#owner.label, outcome));
    this.#freeSlot(false);
  }

  #freeSlot(abandoned: boolean): void {
    if (!this.#holdsSlot) return;
    this.#holdsSlot = false;
    const owner = this.#owner;
    if (this.#grace !== undefined) owner.runtime.deadlines.disarm(this.#grace);
    owner.slotFreed(abandoned);
    owner.runtime.handlers.ended(abandoned ? owner.label : undefined);
  }
}
