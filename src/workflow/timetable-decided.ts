import type { Calendar } from './timetable-calendar.ts';

/** Spans that are remembered. One begins where times were missed or the wall clock was set, which is seldom. */
const MOST_SPANS = 100;

interface Span {
  readonly firstAt: number;
  lastAt: number;
}

/**
 * The times that were decided, as spans of which none was left out: when the wall clock is set back, those that come
 * again are known, and those that never came still can.
 */
export class DecidedTimes {
  readonly #calendar: Calendar;
  /** In the order in which they were made; the newest grows. */
  readonly #spans: Span[] = [];

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  /** Whether that time was decided. */
  has(at: number): boolean {
    return this.#spanOf(at) !== undefined;
  }

  /** Notes that a time was decided; one of the calendar, and not decided before. */
  add(at: number): void {
    const newest = this.#spans.at(-1);
    if (newest !== undefined && this.#calendar.after(newest.lastAt) === at) {
      newest.lastAt = at;
      return;
    }
    this.#spans.push({ firstAt: at, lastAt: at });
    if (this.#spans.length > MOST_SPANS) this.#spans.shift();
  }

  /** The first time after `at` that was not decided; undefined when there is none. */
  firstOpen(at: number): number | undefined {
    let next = this.#calendar.after(at);
    for (let span = this.#spanOf(next); span !== undefined; span = this.#spanOf(next)) {
      next = this.#calendar.after(span.lastAt);
    }
    return next;
  }

  #spanOf(at: number | undefined): Span | undefined {
    return at === undefined
      ? undefined
      : this.#spans.find(({ firstAt, lastAt }) => firstAt <= at && at <= lastAt);
  }
}
