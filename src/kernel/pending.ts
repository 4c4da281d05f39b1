import type { Runtime } from './runtime.ts';
import { Scope } from './scope.ts';

/** Told when whoever waited for an outcome has given up, while the work for it still goes on. */
export interface PendingWatcher {
  /** Called once: the work was cancelled, or its time is up. */
  waiterGone(): void;
}

/**
 * Something that gets exactly one outcome: an output, an error, a timeout or a cancellation.
 *
 * The first one counts. Whatever comes later is late: counted, and dropped.
 */
export abstract class Pending extends Scope {
  declare readonly runtime: Runtime;
  /** Whoever works for the outcome, while it works. */
  watcher: PendingWatcher | undefined = undefined;

  constructor(runtime: Runtime) {
    super(runtime);
  }

  /** The output has come. */
  protected abstract fulfilled(output: unknown): void;
  /** It ended without an output: by an error, or by what stopped it. */
  protected abstract failed(error: unknown): void;
  /** An outcome came after the end. */
  protected late(): void {}

  /** Offers an output. @param now The monotonic time, when it was read in this turn. */
  fulfil(output: unknown, now: number = this.runtime.tick()): void {
    if (this.#settle(now)) this.fulfilled(output);
  }

  /** Offers an error. @param now The monotonic time, when it was read in this turn. */
  fail(error: unknown, now: number = this.runtime.tick()): void {
    if (this.#settle(now)) this.failed(error);
  }

  #settle(now: number): boolean {
    if (!this.ended) {
      // A blocked event loop runs the answer before the timer; the clock decides, not the order of callbacks.
      const inTime = now < this.dueAt;
      this.watcher = undefined;
      if (inTime) {
        this.end();
        return true;
      }
      this.expire(now);
    }
    this.late();
    return false;
  }

  protected stopped(reason: unknown): void {
    const { watcher } = this;
    this.watcher = undefined;
    watcher?.waiterGone();
    this.failed(reason);
  }
}
