import type { Runtime } from './runtime.ts';
import { Scope } from './scope.ts';

/** Told when whoever waited for an outcome has given up, while the work for it still goes on. */
export interface PendingWatcher {
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

  /** Offers an output. */
  fulfil(output: unknown): void {
    if (this.#settle()) this.fulfilled(output);
  }

  /** Offers an error. */
  fail(error: unknown): void {
    if (this.#settle()) this.failed(error);
  }

  #settle(): boolean {
    if (!this.ended) {
      // A blocked event loop runs the answer before the timer; the clock decides, not the order of callbacks.
      const inTime = this.dueAt === Number.POSITIVE_INFINITY || !this.isLate(this.runtime.clock.monotonic());
      this.watcher = undefined;
      if (inTime) {
        this.end();
        return true;
      }
      this.timeUp();
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
