import type { Clock, Timer } from './clock.ts';

/**
 * Something with a deadline. The links belong to {@link Deadlines}; the owner only sets `dueAt`.
 *
 * The links live in the entry itself, so that a deadline costs no object, no timer and no Map entry.
 */
export interface Timed {
  /** The monotonic time at which the time is up; Infinity for never. */
  dueAt: number;
  /** @internal */
  timedNext: Timed | undefined;
  /** @internal */
  timedPrevious: Timed | undefined;
  /** @internal The lane it waits in, or -1. */
  lane: number;
  /** @internal When the lane's turn comes to look at it. Mostly whole: other numbers lie outside of their objects. */
  lookAt: number;
  /** Called once when the time is up; the entry is no longer armed then. */
  timeUp(): void;
}

/** A deadline, and nothing else. */
export class Alarm implements Timed {
  dueAt: number = Number.POSITIVE_INFINITY;
  timedNext: Timed | undefined;
  timedPrevious: Timed | undefined;
  lane = -1;
  lookAt = 0;
  readonly timeUp: () => void;

  /** @param onTimeUp Called once when the time is up. */
  constructor(onTimeUp: () => void) {
    this.timeUp = onTimeUp;
  }
}

const LANES = 31;
/** How long after it was put there an entry is looked at, by lane. */
const SPANS_MS: readonly number[] = Array.from({ length: LANES }, (_, lane) => 2 ** lane);
const LONGEST_SPAN_MS = 2 ** (LANES - 1);

/**
 * Every deadline of a coordinator behind one timer.
 *
 * Lane k holds entries that are looked at 2^k ms after they were put there, so each lane is in order of time and
 * putting in and taking out only move pointers. Whoever is looked at before its time moves to the lane of what
 * is left, at most 31 times. Most entries leave long before they are looked at.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #first: (Timed | undefined)[] = new Array(LANES).fill(undefined);
  readonly #last: (Timed | undefined)[] = new Array(LANES).fill(undefined);
  #size = 0;
  /** Entries, and those who expect some. */
  #holds = 0;
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many deadlines wait. */
  get size(): number {
    return this.#size;
  }

  /** Arms `entry` for its `dueAt`; `now` is the monotonic time, read by the caller. */
  arm(entry: Timed, now: number): void {
    if (entry.dueAt === Number.POSITIVE_INFINITY) return;
    this.#put(entry, now);
    this.#size++;
    this.hold();
    if (entry.lookAt < this.#timerAt) this.#setTimer(entry.lookAt, now);
  }

  /** Takes `entry` out; does nothing when it is not armed. */
  disarm(entry: Timed): void {
    if (entry.lane < 0) return;
    this.#take(entry);
    this.#size--;
    this.release();
  }

  /** Keeps the timer from being let go of between one entry and the next; to be followed by {@link release}. */
  hold(): void {
    // The idle timer was let go of so that the process could end; now somebody waits for it again.
    if (this.#holds++ === 0) this.#timer?.ref();
  }

  /** Ends what {@link hold} began. */
  release(): void {
    // Kept, not cancelled: the next entry mostly comes at once, and setting a timer costs more than a request.
    if (--this.#holds === 0) this.#timer?.unref();
  }

  /** Frees the timer. Entries that are still armed are forgotten. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #put(entry: Timed, now: number): void {
    const left = entry.dueAt - now;
    const lane = left < 2 ? 0 : left >= LONGEST_SPAN_MS ? LANES - 1 : 31 - Math.clz32(left);
    entry.lane = lane;
    if (lane === 0) {
      this.#putSoon(entry, now + Math.min(1, Math.max(0, left)));
      return;
    }
    entry.lookAt = Math.floor(now) + SPANS_MS[lane]!;
    const last = this.#last[lane];
    entry.timedPrevious = last;
    if (last === undefined) this.#first[lane] = entry;
    else last.timedNext = entry;
    this.#last[lane] = entry;
  }

  /** In the first lane parts of a millisecond count, so an entry may have to go before others. */
  #putSoon(entry: Timed, lookAt: number): void {
    entry.lookAt = lookAt;
    let before = this.#last[0];
    while (before !== undefined && before.lookAt > lookAt) before = before.timedPrevious;
    const after = before === undefined ? this.#first[0] : before.timedNext;
    entry.timedPrevious = before;
    entry.timedNext = after;
    if (before === undefined) this.#first[0] = entry;
    else before.timedNext = entry;
    if (after === undefined) this.#last[0] = entry;
    else after.timedPrevious = entry;
  }

  #take(entry: Timed): void {
    const { timedPrevious, timedNext, lane } = entry;
    if (timedPrevious === undefined) this.#first[lane] = timedNext;
    else timedPrevious.timedNext = timedNext;
    if (timedNext === undefined) this.#last[lane] = timedPrevious;
    else timedNext.timedPrevious = timedPrevious;
    entry.timedPrevious = undefined;
    entry.timedNext = undefined;
    entry.lane = -1;
  }

  #setTimer(at: number, now: number): void {
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.schedule(this.#look, at - now);
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    const due: Timed[] = [];
    for (let lane = 0; lane < LANES; lane++) {
      for (
        let entry = this.#first[lane];
        entry !== undefined && entry.lookAt <= now;
        entry = this.#first[lane]
      ) {
        this.#take(entry);
        if (entry.dueAt <= now) due.push(entry);
        else this.#put(entry, now);
      }
    }
    this.#size -= due.length;
    this.#holds -= due.length;
    due.sort((a, b) => a.dueAt - b.dueAt);
    for (const entry of due) entry.timeUp();
    this.#rearm();
  };

  #rearm(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#first) if (entry !== undefined && entry.lookAt < next) next = entry.lookAt;
    if (next < this.#timerAt) this.#setTimer(next, this.#clock.monotonic());
  }
}
