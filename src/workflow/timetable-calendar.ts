import { Cron } from 'croner';
import { type Rule, refuse } from '../kernel/options.ts';

/** When something occurs, in epoch milliseconds. It knows no clock: the same question has the same answer at any time. */
export interface Calendar {
  /** The first occurrence after `at`; undefined when there is none. */
  after(at: number): number | undefined;
  /** The last occurrence up to `at`, itself included; undefined when there is none. */
  upTo(at: number): number | undefined;
}

/** A nickname such as `@daily`, or five or six fields. Anything else, dates among them, the parser could take for more. */
const SHAPE = /^(?:@[a-z]+|\S+(?:[ \t]+\S+){4,5})$/i;

/** The name of a time zone that this Node knows. */
export const timezoneRule: Rule<string> = (value) => {
  if (typeof value !== 'string' || !isTimezone(value))
    refuse("the name of a time zone, such as 'Europe/Paris'", value);
  return value as string;
};

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** The times that a cron expression names, on the clocks of a time zone. Refuses what is none, and what never occurs. */
export function cronCalendar(expression: string, timezone: string): Calendar {
  const cron = parse(expression, timezone);
  const calendar: Calendar = {
    after: (at) => cron.nextRun(new Date(at))?.getTime(),
    // It gives those before what it is asked about, and drops the milliseconds of the times it gives.
    upTo: (at) => cron.previousRuns(1, new Date(at + 1))[0]?.getTime(),
  };
  // The calendar repeats itself after 400 years, so what occurs at all occurs after any time that is near.
  if (calendar.after(0) === undefined) refuse('a cron expression that occurs', expression);
  return calendar;
}

function parse(expression: string, timezone: string): Cron {
  if (!SHAPE.test(expression)) refuse('a cron expression (5 fields, or 6 with seconds in front)', expression);
  try {
    return new Cron(expression, { timezone, mode: '5-or-6-parts' });
  } catch (error) {
    return refuse(`a cron expression (${(error as Error).message})`, expression);
  }
}

/** The multiples of `intervalMs` since 1970, so that every process has the same. */
export function intervalCalendar(intervalMs: number): Calendar {
  return {
    after: (at) => (Math.floor(at / intervalMs) + 1) * intervalMs,
    upTo: (at) => Math.floor(at / intervalMs) * intervalMs,
  };
}
