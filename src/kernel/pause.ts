import { CancelledError, TimeoutError } from './errors.ts';
import { Scope, type ScopeRuntime } from './scope.ts';

/** A wait that belongs to a scope: its result resolves when its time has come and rejects when the scope is stopped. */
export class Pause extends Scope {
  readonly runtime: ScopeRuntime;

  /** @param parent What the wait is part of; a wait on its own has the runtime instead. */
  constructor(parent: Scope | ScopeRuntime, ms: number) {
    super();
    const scope = parent instanceof Scope ? parent : undefined;
    this.runtime = parent instanceof Scope ? parent.runtime : parent;
    const now = this.runtime.clock.monotonic();
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
    this.resolve(undefined);
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
  return new Pause(scope, ms).result as Promise<void>;
}
