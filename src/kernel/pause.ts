import { CancelledError, TimeoutError } from './errors.ts';
import { Scope, type ScopeRuntime } from './scope.ts';

/** A wait that belongs to a scope: it resolves when its time has come and rejects when the scope is stopped. */
export class Pause extends Scope {
  /** Resolves at the end of the wait; rejects with the scope's stop reason. */
  readonly done: Promise<void>;
  #resolve!: () => void;
  #reject!: (reason: unknown) => void;

  /** @param parent What the wait is part of; a wait on its own has the runtime instead. */
  constructor(parent: Scope | ScopeRuntime, ms: number) {
    const runtime = parent instanceof Scope ? parent.runtime : parent;
    super(runtime);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const scope = parent instanceof Scope ? parent : undefined;
    const now = runtime.clock.monotonic();
    this.begin(scope, undefined, ms, now);
    this.watch(now);
  }

  override timeUp(): void {
    this.finish();
  }

  /** Ends the wait now. */
  finish(): void {
    if (this.ended) return;
    this.end();
    this.#resolve();
  }

  protected stopped(reason: unknown): void {
    this.#reject(reason);
  }
  protected cancellation(reason: unknown): Error {
    return new CancelledError('pause', reason);
  }
  protected timeout(): Error {
    return new TimeoutError('pause', 0);
  }
}

/** Waits `ms` milliseconds as part of `scope`. Rejects with the scope's stop reason. */
export function pause(scope: Scope, ms: number): Promise<void> {
  return new Pause(scope, ms).done;
}
