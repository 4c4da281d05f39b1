import type { ContextWork } from './context.ts';
import type { Alarm } from './deadlines.ts';
import { CancelledError, HandlerError } from './errors.ts';
import { type Invocation, linger, type SlotOwner } from './invocation.ts';
import type { Runtime } from './runtime.ts';
import { Scope } from './scope.ts';

/** What an attempt asks of others is part of this; made when it first asks, or when somebody looks at its signal. */
class AttemptScope extends Scope {
  readonly #attempt: Attempt;

  constructor(attempt: Attempt) {
    super();
    this.#attempt = attempt;
    this.dueAt = attempt.dueAt;
    if (attempt.stopReason !== undefined) this.stop(attempt.stopReason);
    else if (attempt.ended) this.end();
    else this.enter(attempt.work);
  }

  get runtime(): Runtime {
    return this.#attempt.runtime;
  }

  /** Has the time of its attempt, which keeps watch over it. */
  override timeUp(): void {
    this.#attempt.timeUp();
  }
  /** Ends it, and hands up what is still under way below. */
  close(): void {
    if (!this.ended) this.end();
  }
  protected override stopped(): void {}
  protected cancellation(reason: unknown): Error {
    return new CancelledError(this.#attempt.label, reason);
  }
  protected timeout(): Error {
    return this.#attempt.timeout();
  }
}

/**
 * One attempt at a piece of work: gets one outcome, in its time.
 *
 * The first outcome counts; whatever comes later is late, and dropped. Whoever makes an attempt watches its time, and
 * tells it with {@link giveUp} when the work was stopped.
 */
export abstract class Attempt implements Invocation, ContextWork {
  readonly owner: SlotOwner;
  running = false;
  grace: Alarm | undefined;
  /** The monotonic time at which its time is up: never later than that of the work. */
  dueAt: number;
  /** What it is an attempt at. */
  readonly work: Scope;
  /** 1 for the first attempt. */
  readonly number: number;
  /** True once it has its outcome, also while its handler still runs. */
  ended = false;
  /** What stopped it; undefined when it ended by itself. */
  stopReason: unknown;
  #scope: AttemptScope | undefined;

  /** @param dueAt The monotonic time at which its time is up, unless that of the work is up before. */
  constructor(owner: SlotOwner, work: Scope, number: number, dueAt: number) {
    this.owner = owner;
    this.work = work;
    this.number = number;
    this.dueAt = work.dueAt < dueAt ? work.dueAt : dueAt;
  }

  get runtime(): Runtime {
    return this.owner.runtime;
  }

  abstract get label(): string;
  abstract get idempotencyKey(): string;
  abstract get taskId(): string | undefined;
  abstract get runId(): string | undefined;
  abstract get agent(): string | undefined;
  abstract get capability(): string | undefined;
  abstract get sender(): string;
  abstract progressed(value: unknown): void;
  abstract slotFreed(abandoned: boolean): void;
  /** The error that running out of time becomes. */
  abstract timeout(): Error;

  /** The output has come, in time. */
  protected abstract fulfilled(output: unknown): void;
  /** It ended without an output: by an error, or by what stopped it. */
  protected abstract failed(error: unknown): void;

  get scope(): Scope {
    this.#scope ??= new AttemptScope(this);
    return this.#scope;
  }

  /** Offers an output from elsewhere: that of its own handler is {@link settled}. */
  fulfil(output: unknown): void {
    if (!this.#settle()) return;
    this.#overtaken();
    this.fulfilled(output);
  }

  /** Offers an error from elsewhere. */
  fail(error: unknown): void {
    if (!this.#settle()) return;
    this.#overtaken();
    this.failed(error);
  }

  /** Somebody else has answered, such as the transport: the handler, if it runs, works for nobody. */
  #overtaken(): void {
    if (!this.running) {
      this.#scope?.close();
      return;
    }
    this.stopReason = new CancelledError(this.label, 'somebody else has answered');
    this.#scope?.stop(this.stopReason);
    linger(this);
  }

  /** Ends it from outside: its signal aborts and it fails, both with `reason`. */
  stop(reason: unknown): void {
    if (this.ended) return;
    this.runtime.tick();
    this.giveUp(reason);
    this.#scope?.stop(reason);
    this.failed(reason);
  }

  /** Ends it without an outcome: the work was stopped, and with it what the attempt asked of others. */
  giveUp(reason: unknown): void {
    if (this.ended) return;
    this.stopReason = reason;
    this.ended = true;
    linger(this);
  }

  /** Ends it without an outcome, and what it asked of others with it: nobody needs it any more. */
  drop(reason: unknown): void {
    this.giveUp(reason);
    this.#scope?.stop(reason);
  }

  /** Its time is up; called by whoever watches it. */
  timeUp(): void {
    if (!this.ended) this.stop(this.timeout());
  }

  settled(isOutput: boolean, outcome: unknown): void {
    if (!this.#settle()) return;
    this.#scope?.close();
    if (isOutput) this.fulfilled(outcome);
    else this.failed(new HandlerError(this.label, outcome));
  }

  #settle(): boolean {
    const now = this.runtime.tick();
    if (this.ended) return false;
    // A blocked event loop runs the answer before the timer; the clock decides, not the order of callbacks.
    if (now >= this.dueAt) {
      if (this.work.dueAt <= now) this.work.expire(now);
      else this.timeUp();
      return false;
    }
    this.ended = true;
    return true;
  }
}
