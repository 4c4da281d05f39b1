import type { Duration } from '../kernel/durations.ts';
import type { ErrorRecord } from '../kernel/errors.ts';
import {
  duration,
  optional,
  parseOption,
  parseOptions,
  type Rule,
  type Rules,
  refuse,
  text,
  withDefault,
} from '../kernel/options.ts';
import type { Workflow } from './definition.ts';
import { workflowRule } from './options.ts';
import { type Calendar, cronCalendar, intervalCalendar, timezoneRule } from './timetable-calendar.ts';

/** What a schedule says about its times and what becomes of them. */
export interface ScheduleFacts<I> {
  /** What is started. */
  readonly workflow: Workflow<I, unknown>;
  /**
   * The times, as a cron expression: minute, hour, day of the month, month, day of the week; six fields begin with the
   * second. `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand for one. Either this or `every`.
   */
  readonly cron?: string | undefined;
  /**
   * The times, as an interval: its multiples since 1970 in UTC, so that all processes have the same and a restart moves
   * none. From 1 second up. Either this or `cron`.
   */
  readonly every?: Duration | undefined;
  /** Whose clocks `cron` means: an IANA time zone. @default 'UTC' */
  readonly timezone?: string | undefined;
  /** What becomes of a time when the run of the time before is still under way. @default 'skip' */
  readonly overlap?: 'skip' | 'allow' | undefined;
  /**
   * What becomes of times that nobody was awake for, as the machine slept, the process was blocked or the clock was set:
   * none of them is run, or the last one is. A time counts as missed when it is more than a minute ago. @default 'skip'
   */
  readonly missed?: 'skip' | 'once' | undefined;
  /** Whether the process stays for the next time, as it does for `setInterval`. @default true */
  readonly keepAlive?: boolean | undefined;
}

/** A run's input, or a function that makes it from the time that the run is for. What its promise gives is waited for. */
export type ScheduleInput<I> = I | ((dueAt: number) => I | PromiseLike<I>);

/** A schedule's input, where the workflow takes one. */
export interface RequiredInput<I> {
  /** The input of each run. */
  readonly input: ScheduleInput<I>;
}

/** A schedule's input, where the workflow may do without. */
export interface OptionalInput<I> {
  /** The input of each run. @default undefined */
  readonly input?: ScheduleInput<I> | undefined;
}

/** Options of `schedule`. */
export type ScheduleOptions<I> = ScheduleFacts<I> &
  (undefined extends I ? OptionalInput<I> : RequiredInput<I>);

/** What a schedule has done since it was made. */
export interface ScheduleStats {
  /** Runs that were started here. */
  readonly started: number;
  /** Times whose run was started by somebody else on the same store. */
  readonly elsewhere: number;
  /** Times that were skipped since the run before was still under way. */
  readonly overlapped: number;
  /** How often times had passed unnoticed, one or more in a row, and were not made up for. */
  readonly missed: number;
  /** Times at which something went wrong, mostly that the run could not be started. They are not tried again. */
  readonly failed: number;
}

/** A workflow that is started again and again. */
export interface Schedule {
  /** Unique among the schedules. */
  readonly name: string;
  /** The next time in epoch milliseconds; undefined when there is none, or it was cancelled. */
  next(): number | undefined;
  /** What it has done so far. */
  stats(): ScheduleStats;
  /** Starts no more runs; those under way go on. Its name is free then. Idempotent. */
  cancel(): void;
}

/**
 * What every event of a schedule tells.
 *
 * @inline
 */
interface ScheduleEventFacts {
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
  /** The schedule's name. */
  readonly schedule: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** The time that the run is for, in epoch milliseconds. */
  readonly dueAt: number;
  /** The id that the run has or would have. */
  readonly runId: string;
}

/** What happens to schedules. */
export type ScheduleEvent =
  | (ScheduleEventFacts & {
      /** A run was started. */
      readonly type: 'schedule.started';
    })
  | (ScheduleEventFacts & {
      /** No run was started here. */
      readonly type: 'schedule.skipped';
      /**
       * `overlap`: the run before is under way. `missed`: nobody was awake at that time; of several in a row, this is
       * the last. `elsewhere`: somebody else on the same store has started it.
       */
      readonly reason: 'overlap' | 'missed' | 'elsewhere';
    })
  | (ScheduleEventFacts & {
      /** The input could not be made, the run not be started, or the memory not be used. */
      readonly type: 'schedule.failed';
      /** Why. */
      readonly error: ErrorRecord;
    });

/** {@link ScheduleOptions}, parsed. */
export interface ScheduleSettings {
  readonly workflow: Workflow;
  readonly calendar: Calendar;
  readonly input: unknown;
  readonly overlap: 'skip' | 'allow';
  readonly missed: 'skip' | 'once';
  readonly keepAlive: boolean;
}

type Given = Omit<ScheduleSettings, 'calendar'> & {
  readonly cron: string | undefined;
  readonly every: number | undefined;
  readonly timezone: string | undefined;
};

const oneOf =
  <T extends string>(...values: readonly T[]): Rule<T> =>
  (value) =>
    values.includes(value as T)
      ? (value as T)
      : refuse(values.map((one) => JSON.stringify(one)).join(' or '), value);

const flag: Rule<boolean> = (value) => (typeof value === 'boolean' ? value : refuse('true or false', value));

const interval: Rule<number> = (value) => {
  const ms = duration({ min: 1_000 })(value);
  return Number.isSafeInteger(ms) ? ms : refuse('a whole number of milliseconds', value);
};

const rules: Rules<Given> = {
  workflow: workflowRule,
  cron: optional(text),
  every: optional(interval),
  timezone: optional(timezoneRule),
  input: (value) => value,
  overlap: withDefault(oneOf('skip', 'allow'), 'skip'),
  missed: withDefault(oneOf('skip', 'once'), 'skip'),
  keepAlive: withDefault(flag, true),
};

/** Reads the options of a schedule. @throws InvalidOptionsError, and what the workflow's graph is refused with. */
export function parseSchedule(name: string, options: unknown): ScheduleSettings {
  const owner = `schedule "${name}"`;
  const { cron, every, timezone, ...settings } = parseOptions<Given>(owner, rules, options);
  // A graph that cannot run is refused where it is scheduled, not at its first time.
  void settings.workflow.plan;
  return { ...settings, calendar: calendarOf(owner, cron, every, timezone) };
}

function calendarOf(
  owner: string,
  cron: string | undefined,
  every: number | undefined,
  timezone: string | undefined,
): Calendar {
  if (every !== undefined) {
    const without: Rule<unknown> = (value) => value === undefined || refuse('left out beside `every`', value);
    parseOption(owner, 'cron', without, cron);
    parseOption(owner, 'timezone', without, timezone);
    return intervalCalendar(every);
  }
  const given: Rule<string> = (value) =>
    (value as string | undefined) ?? refuse('given where `every` is not', value);
  const expression = parseOption(owner, 'cron', given, cron);
  return parseOption(owner, 'cron', () => cronCalendar(expression, timezone ?? 'UTC'), cron);
}
