import { type Clock, type Duration, durationMs, type Timer } from '../index.ts';
import { SeededRandom } from './random.ts';

/** Options of {@link FakeClock}. */
export interface FakeClockOptions {
  /** The wall time to begin with, in epoch milliseconds. @default 2026-01-01T00:00:00Z */
  readonly now?: number;
  /** What `random` begins with; the same seed gives the same numbers. @default 1 */
  readonly seed?: number;
}

class FakeTimer implements Timer {
  readonly at: number;
  readonly callback: () => void;
  held = true;
  readonly #cancel: (timer: FakeTimer) => void;

  constructor(at: number, callback: () => void, cancel: (timer: FakeTimer) => void) {
    this.at = at;
    this.callback = callback;
    this.#cancel = cancel;
  }

  cancel(): void {
    this.#cancel(this);
  }
  ref(): void {
    this.held = true;
  }
  unref(): void {
    this.held = false;
  }
}

/**
 * A clock that stands still until the test moves it.
 *
 * Nothing waits for real: `advance('2h')` takes a moment. Between two timers everything that was set off by the
 * first comes to rest, promises included, so a test sees what it would see in real time.
 */
export class FakeClock implements Clock {
  readonly #wallOffset: number;
  #elapsed = 0;
  /** In the order in which they are due. */
  #timers: FakeTimer[] = [];
  readonly #random: SeededRandom;
  #ids = 0;

  constructor({ now = Date.UTC(2026, 0, 1), seed = 1 }: FakeClockOptions = {}) {
    this.#wallOffset = now;
    this.#random = new SeededRandom(seed);
  }

  now(): number {
    return this.#wallOffset + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  schedule(callback: () => void, ms: number): Timer {
    const timer = new FakeTimer(this.#elapsed + Math.max(0, ms), callback, (cancelled) => {
      this.#timers = this.#timers.filter((other) => other !== cancelled);
    });
    const later = this.#timers.findIndex((other) => other.at > timer.at);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    return timer;
  }

  /** From the seed. */
  random(): number {
    return this.#random.next();
  }

  id(): string {
    return `fake${++this.#ids}`;
  }

  /** Timers that would keep a process alive. */
  get pendingTimers(): number {
    return this.#timers.filter((timer) => timer.held).length;
  }

  /**
   * Moves on by `time` and runs every timer that falls due on the way, each at its own time.
   *
   * @throws RangeError when `time` is no finite duration.
   */
  async advance(time: Duration): Promise<void> {
    const ms = durationMs(time) ?? Number.NaN;
    if (!Number.isFinite(ms)) throw new RangeError(`FakeClock: ${String(time)} is no finite duration`);
    const end = this.#elapsed + ms;
    await this.settle();
    for (let next = this.#timers[0]; next !== undefined && next.at <= end; next = this.#timers[0]) {
      this.#elapsed = Math.max(this.#elapsed, next.at);
      this.#timers.shift();
      next.callback();
      await this.settle();
    }
    this.#elapsed = end;
  }

  /** Makes time pass without giving any timer a chance, as a blocked event loop does. */
  stall(ms: number): void {
    this.#elapsed += ms;
  }

  /** Lets everything come to rest that does not wait for time. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
