import type { Clock } from './clock.ts';
import type { Deadlines, Timed } from './deadlines.ts';
import { refused } from './options.ts';
import { observe, unobserve } from './signals.ts';

/** What a scope needs of the runtime it lives in. */
export interface ScopeRuntime {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Reads the monotonic time, for everything that follows in the same turn. */
  tick(): number;
}

/** What few scopes have: an outside that wants to stop them, or that looks whether it did. */
class Stopping {
  /** Made when somebody looks at the signal. */
  controller: AbortController | undefined;
  /** The caller's own signal, while it is listened to. */
  callerSignal: AbortSignal | undefined;
  /** What stopped the scope. */
  reason: unknown;
}

/** Kept for who asks for the result later. */
class Outcome {
  readonly isOutput: boolean;
  readonly value: unknown;

  constructor(isOutput: boolean, value: unknown) {
    this.isOutput = isOutput;
    this.value = value;
  }
}

/**
 * Something under way, such as a request, a task or a run. It gets exactly one outcome: an output, an error, a timeout
 * or a cancellation. The first one counts; whatever comes later is late, and dropped.
 *
 * Scopes form a tree. Cancelling one stops it and everything under it, at once and once. What has ended frees
 * its deadline, its listener and its place in the tree. Its signal and its result exist only if somebody looks.
 */
export abstract class Scope implements Timed {
  dueAt: number = Number.POSITIVE_INFINITY;
  lane = -1;
  timedNext: Timed | undefined;
  timedPrevious: Timed | undefined;
  lookAt = 0;
  /** True from the moment it has an outcome, also when a handler under it still runs. */
  ended = false;
  #parent: Scope | undefined;
  #firstChild: Scope | undefined;
  #nextSibling: Scope | undefined;
  #previousSibling: Scope | undefined;
  #stopping: Stopping | undefined;
  /** A promise from when somebody asks, or the outcome when it comes before that. */
  #result: Promise<unknown> | Outcome | undefined;
  #resolve: ((output: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  abstract get runtime(): ScopeRuntime;

  /** The output has come, in time. */
  protected fulfilled(output: unknown): void {
    this.resolve(output);
  }

  /** It ended without an output: by an error, or by what stopped it. */
  protected failed(error: unknown): void {
    this.reject(error);
  }

  /** An outcome came after the end. */
  protected late(): void {}

  /** Called when it was stopped from outside; it has ended already. `reason` is what its signal aborted with. */
  protected stopped(reason: unknown): void {
    this.failed(reason);
  }

  /** The error that a cancellation by the caller's signal or by `cancel()` becomes. */
  protected abstract cancellation(reason: unknown): Error;

  /** The error that running out of time becomes. */
  protected abstract timeout(): Error;

  /** Called when the last thing that was part of it has ended. */
  protected emptied(): void {}

  /** What is part of it, directly, and under way; the newest first. */
  *children(): Generator<Scope> {
    for (let child = this.#firstChild; child !== undefined; ) {
      const next: Scope | undefined = child.#nextSibling;
      yield child;
      child = next;
    }
  }

  /** Everything that is part of it, at any depth, and under way. */
  *descendants(): Generator<Scope> {
    const pending: Scope[] = [...this.children()];
    for (let scope = pending.pop(); scope !== undefined; scope = pending.pop()) {
      for (let child = scope.#firstChild; child !== undefined; child = child.#nextSibling)
        pending.push(child);
      yield scope;
    }
  }

  /**
   * Becomes a part of `parent`, and begins to listen and to count time. An aborted signal stops it at once.
   *
   * Somebody must {@link watch} its time: itself, or what has the work in hand and less time.
   *
   * @param parent What this is part of: it is cancelled with it, and never has more time than it has left.
   * @param signal The caller's own signal.
   * @param timeoutMs The longest time it may take; Infinity for as long as the parent has.
   * @param now The monotonic time.
   */
  protected begin(
    parent: Scope | undefined,
    signal: AbortSignal | undefined,
    timeoutMs: number,
    now: number,
  ): void {
    this.dueAt = now + timeoutMs;
    if (parent !== undefined) {
      if (parent.ended) {
        this.stop(parent.stopReason ?? this.cancellation(undefined));
        return;
      }
      this.enter(parent);
      if (parent.dueAt < this.dueAt) this.dueAt = parent.dueAt;
    }
    if (signal !== undefined) {
      if (signal.aborted) {
        this.stop(this.cancellation(signal.reason));
      } else {
        this.#listenTo(signal);
      }
    }
  }

  /** Is stopped when its time is up, from now on. @param now The monotonic time. */
  watch(now: number): void {
    if (this.ended || this.lane >= 0) return;
    // The deadline of what it is part of stops it too, so a later one needs no entry of its own.
    if (this.#parent === undefined || this.dueAt < this.#parent.dueAt) {
      this.runtime.deadlines.arm(this, now);
    }
  }

  /** The outcome. Made when somebody asks for it: an error that nobody asks for is no unhandled rejection. */
  get result(): Promise<unknown> {
    return this.#result instanceof Promise ? this.#result : this.#makeResult();
  }

  /** Offers an output. @param now The monotonic time, when it was read in this turn. */
  fulfil(output: unknown, now: number = this.runtime.tick()): void {
    if (this.#inTime(now)) this.fulfilled(output);
  }

  /** Offers an error. @param now The monotonic time, when it was read in this turn. */
  fail(error: unknown, now: number = this.runtime.tick()): void {
    if (this.#inTime(now)) this.failed(error);
  }

  /** Gives `output` to those who wait for the result. */
  protected resolve(output: unknown): void {
    if (this.#resolve === undefined) this.#result = new Outcome(true, output);
    else this.#resolve(output);
  }

  /** Gives `error` to those who wait for the result. */
  protected reject(error: unknown): void {
    if (this.#reject === undefined) this.#result = new Outcome(false, error);
    else this.#reject(error);
  }

  /** Aborts when this is stopped; never when it ended by itself. Made when first looked at. */
  get signal(): AbortSignal {
    const stopping = this.#stoppable();
    if (stopping.controller === undefined) {
      stopping.controller = new AbortController();
      if (stopping.reason !== undefined) stopping.controller.abort(stopping.reason);
    }
    return stopping.controller.signal;
  }

  /** It has its outcome, and somebody still works for it: its signal tells that nobody waits any more. */
  protected dismiss(reason: unknown): void {
    const stopping = this.#stoppable();
    stopping.reason ??= reason;
    stopping.controller?.abort(reason);
  }

  /** What stopped it, or undefined. */
  get stopReason(): unknown {
    return this.#stopping?.reason;
  }

  /** Milliseconds left until the deadline; Infinity without one. */
  timeLeft(now: number = this.runtime.clock.monotonic()): number {
    return this.dueAt - now;
  }

  /** Ends it without stopping anything under it: the work has its outcome. */
  protected end(): void {
    this.ended = true;
    if (this.lane >= 0) this.runtime.deadlines.disarm(this);
    if (this.#stopping?.callerSignal !== undefined) {
      unobserve(this.#stopping.callerSignal, this);
      this.#stopping.callerSignal = undefined;
    }
    if (this.#firstChild !== undefined) this.#handChildrenUp();
    if (this.#parent !== undefined) this.#leave();
  }

  /** Stops it and everything under it with `reason`. Does nothing once it has ended. */
  stop(reason: unknown): void {
    // It comes from outside: from a timer, a signal or a caller.
    this.runtime.tick();
    // A list instead of recursion: a hundred thousand nested scopes must not overflow the stack.
    const pending: Scope[] = [this];
    for (let scope = pending.pop(); scope !== undefined; scope = pending.pop()) {
      if (scope.ended) continue;
      for (let child = scope.#firstChild; child !== undefined; child = child.#nextSibling)
        pending.push(child);
      const stopping = scope.#stoppable();
      stopping.reason = reason;
      scope.#firstChild = undefined;
      scope.end();
      stopping.controller?.abort(reason);
      scope.stopped(reason);
    }
  }

  /** Cancels it, as `cancel()` of a handle does. */
  cancel(reason?: unknown): void {
    if (!this.ended) this.stop(this.cancellation(reason));
  }

  /** @internal The caller's signal aborted. */
  aborted(reason: unknown): void {
    this.#stoppable().callerSignal = undefined;
    this.cancel(reason);
  }

  /** @internal */
  timeUp(): void {
    if (!this.ended) this.stop(this.timeout());
  }

  /** Stops the outermost of this and what it is part of whose time is up by `now`. */
  expire(now: number): void {
    let outermost: Scope = this;
    for (let scope = this.#parent; scope !== undefined && scope.dueAt <= now; scope = scope.#parent)
      outermost = scope;
    outermost.timeUp();
  }

  #listenTo(signal: AbortSignal): void {
    try {
      observe(signal, this);
      this.#stoppable().callerSignal = signal;
    } catch (error) {
      this.stop(refused('signal', 'listener', error));
    }
  }

  #stoppable(): Stopping {
    this.#stopping ??= new Stopping();
    return this.#stopping;
  }

  #makeResult(): Promise<unknown> {
    let result: Promise<unknown>;
    if (this.#result instanceof Outcome) {
      const { isOutput, value } = this.#result;
      result = isOutput ? Promise.resolve(value) : Promise.reject(value);
    } else {
      result = new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
    }
    this.#result = result;
    return result;
  }

  #inTime(now: number): boolean {
    if (!this.ended) {
      // A blocked event loop runs the answer before the timer; the clock decides, not the order of callbacks.
      if (now < this.dueAt) {
        this.end();
        return true;
      }
      this.expire(now);
    }
    this.late();
    return false;
  }

  /** Becomes a part of `parent`: stopped with it. */
  protected enter(parent: Scope): void {
    const sibling = parent.#firstChild;
    this.#parent = parent;
    this.#nextSibling = sibling;
    if (sibling !== undefined) sibling.#previousSibling = this;
    parent.#firstChild = this;
  }

  #leave(): void {
    const next = this.#nextSibling;
    const previous = this.#previousSibling;
    if (next !== undefined) next.#previousSibling = previous;
    if (previous !== undefined) previous.#nextSibling = next;
    else {
      const parent = this.#parent as Scope;
      // A parent that was stopped has let go of its list already.
      if (parent.#firstChild === this) {
        parent.#firstChild = next;
        if (next === undefined) parent.emptied();
      }
    }
    this.#parent = undefined;
    this.#nextSibling = undefined;
    this.#previousSibling = undefined;
  }

  /** What is still under way below belongs to the next scope above, and keeps the time that it was given. */
  #handChildrenUp(): void {
    const now = this.runtime.clock.monotonic();
    const parent = this.#parent;
    for (let child = this.#firstChild; child !== undefined; ) {
      const next: Scope | undefined = child.#nextSibling;
      child.#parent = undefined;
      child.#nextSibling = undefined;
      child.#previousSibling = undefined;
      if (parent !== undefined) child.enter(parent);
      if (child.lane < 0) this.runtime.deadlines.arm(child, now);
      child = next;
    }
    this.#firstChild = undefined;
  }
}
