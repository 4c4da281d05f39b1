import { hrtime } from 'node:process';
import { randomId } from './ids.ts';
import { port, type Rule } from './options.ts';

/** A callback that waits for its time. */
export interface Timer {
  /** Takes the callback back; does nothing when it has run. */
  cancel(): void;
  /** Lets the timer keep the process alive; the state of a new timer. */
  ref(): void;
  /** Lets the process end although the timer waits. */
  unref(): void;
}

/**
 * Where every part of cadre gets time, chance and ids from.
 *
 * {@link systemClock} is the real one; `FakeClock` of `cadre/testing` obeys the test. An implementation must
 * run timers in the order of their due times, and never inside the call that set them.
 */
export interface Clock {
  /** The wall time in epoch milliseconds; for records only, as it may jump. */
  now(): number;
  /** Milliseconds from a fixed point, never going back; for every timeout, age and window. */
  monotonic(): number;
  /** Runs `callback` once, `ms` milliseconds from now. Any finite `ms`; below zero counts as zero. */
  schedule(callback: () => void, ms: number): Timer;
  /** A number from 0 (included) to 1 (excluded). */
  random(): number;
  /** A text that no other call, in this process or another, returns. */
  id(): string;
}

/** Node keeps a delay in 31 bits and fires longer ones at once, so they are set in parts. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

class SystemTimer implements Timer {
  #handle: NodeJS.Timeout;

  constructor(callback: () => void, ms: number) {
    this.#handle = this.#set(callback, ms);
  }

  #set(callback: () => void, ms: number): NodeJS.Timeout {
    if (ms <= LONGEST_TIMER_MS) return setTimeout(callback, ms);
    return setTimeout(() => {
      const held = this.#handle.hasRef();
      this.#handle = this.#set(callback, ms - LONGEST_TIMER_MS);
      if (!held) this.#handle.unref();
    }, LONGEST_TIMER_MS);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
  ref(): void {
    this.#handle.ref();
  }
  unref(): void {
    this.#handle.unref();
  }
}

/** Like `performance.now`, which looks at what it is called on before it looks at the clock. */
function monotonic(): number {
  const time = hrtime();
  return time[0] * 1e3 + time[1] * 1e-6;
}

/** The process's own clock, timers, randomness and ids. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic,
  schedule: (callback: () => void, ms: number) => new SystemTimer(callback, Math.max(0, Math.ceil(ms))),
  random: () => Math.random(),
  id: () => randomId(),
});

/** The rule of an option that takes a {@link Clock}. */
export const clockRule: Rule<Clock> = port<Clock>('Clock', ['now', 'monotonic', 'schedule', 'random', 'id']);
