import { type Clock, systemClock } from './clock.ts';
import { Deadlines } from './deadlines.ts';
import { CancelledError, TimeoutError } from './errors.ts';
import { EventHub } from './events.ts';
import { IdSequence } from './ids.ts';
import { Scope } from './scope.ts';

/** How many handlers of the host application have not settled yet, nor been given up. */
class HandlerCount {
  active = 0;
  /** Those that were given up, by label; kept only while somebody asks. */
  abandoned: string[] | undefined;
  /** Called when the last one has settled. */
  onNone: (() => void) | undefined;

  ended(abandoned: string | undefined): void {
    this.active--;
    if (abandoned !== undefined) this.abandoned?.push(abandoned);
    if (this.active === 0) this.onNone?.();
  }
}

class RootScope extends Scope {
  readonly runtime: Runtime;
  /** Called when the last thing under way has ended. */
  onEmpty: (() => void) | undefined;

  constructor(runtime: Runtime) {
    super();
    this.runtime = runtime;
  }

  protected override emptied(): void {
    this.onEmpty?.();
  }
  protected override stopped(): void {}
  protected cancellation(reason: unknown): Error {
    return new CancelledError('coordinator', reason);
  }
  protected timeout(): Error {
    return new TimeoutError('coordinator', 0);
  }
}

/** How long one look at the wall clock is good for. */
const WALL_READING_MS = 1_000;

/** What the rooms of one coordinator share. A room that is used alone makes its own. */
export class Runtime {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly events: EventHub;
  readonly ids: IdSequence;
  /** Handlers that run or linger now. */
  readonly handlers: HandlerCount = new HandlerCount();
  /** Everything under way that is part of nothing else is part of this; stopping it stops all. */
  readonly root: RootScope;
  /** The monotonic time as it was last read; see {@link tick}. */
  now = 0;
  #wallReadAt = Number.NEGATIVE_INFINITY;
  #wallOffset = 0;

  constructor(clock: Clock = systemClock) {
    this.clock = clock;
    this.deadlines = new Deadlines(clock);
    this.events = new EventHub();
    this.ids = new IdSequence(clock);
    this.root = new RootScope(this);
  }

  /**
   * Reads the clock. Done where control comes from outside: a call, a settled handler, a timer. What follows in the
   * same stretch of our own code takes `now`, since a reading costs as much as a step.
   */
  tick(): number {
    this.now = this.clock.monotonic();
    return this.now;
  }

  /** The wall time of {@link now}. The wall clock itself is looked at once a second, since a look costs as much as a step. */
  wallNow(): number {
    if (this.now - this.#wallReadAt >= WALL_READING_MS) {
      this.#wallReadAt = this.now;
      this.#wallOffset = this.clock.now() - this.now;
    }
    return Math.round(this.#wallOffset + this.now);
  }

  /** A monotonic time as epoch milliseconds; undefined for Infinity. */
  toWallTime(monotonic: number): number | undefined {
    if (monotonic === Number.POSITIVE_INFINITY) return undefined;
    return Math.round(this.clock.now() + monotonic - this.clock.monotonic());
  }
}
