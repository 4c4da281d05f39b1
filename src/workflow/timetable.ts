import type { Timer } from '../kernel/clock.ts';
import { CadreError, ClosedError, FullError, InvalidNameError } from '../kernel/errors.ts';
import { checkName } from '../kernel/names.ts';
import { parseSchedule, type Schedule, type ScheduleOptions } from './timetable-options.ts';
import { LiveSchedule, runIdOf, type TimetableHost } from './timetable-schedule.ts';

/** A schedule of that name exists already. */
export class ScheduleExistsError extends CadreError<'SCHEDULE_EXISTS'> {
  readonly code = 'SCHEDULE_EXISTS' as const;
  /** The name that is taken. */
  readonly schedule: string;

  constructor(schedule: string) {
    super(`A schedule "${schedule}" exists already`);
    this.schedule = schedule;
  }
}

/**
 * The longest sleep. When the wall clock is set or the machine has slept, it is noticed after that at the latest, which
 * is before the next time would count as missed.
 */
const LONGEST_SLEEP_MS = 30_000;
/** Schedules at most. */
const MOST_SCHEDULES = 1_000;
/** The last moment that a date can be of; no id of a run is longer than that which it makes. */
const LAST_MOMENT = 8.64e15;

/**
 * Starts workflows at the times of the wall clock that their schedules name. One timer for all of them, and none while
 * there is no schedule.
 *
 * It sleeps until the next time, half a minute at most, and then looks at the wall clock: what is due is started, once.
 * Setting the wall clock makes no time come twice.
 */
export class Timetable {
  readonly #host: TimetableHost;
  readonly #schedules = new Map<string, LiveSchedule>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(host: TimetableHost) {
    this.#host = host;
  }

  /** How many schedules there are. */
  get size(): number {
    return this.#schedules.size;
  }

  /**
   * Starts runs of a workflow from now on, until it is cancelled.
   *
   * The run for a time has the id `cron:<name>:<time>`, such as `cron:report:2026-01-05T09:00:00Z`: of several processes
   * on one store that have the same schedule, one starts it.
   *
   * @throws InvalidNameError, InvalidOptionsError, DuplicateStepError, UnknownStepError, CycleError, ScheduleExistsError,
   * FullError beyond 1,000 schedules, ClosedError
   */
  schedule<I>(name: string, options: ScheduleOptions<I>): Schedule {
    if (this.#closed) throw new ClosedError('Timetable');
    checkName('schedule', name);
    checkRunIds(name);
    const settings = parseSchedule(name, options);
    if (this.#schedules.has(name)) throw new ScheduleExistsError(name);
    if (this.#schedules.size >= MOST_SCHEDULES) throw new FullError('timetable', MOST_SCHEDULES);
    const schedule = new LiveSchedule(name, settings, this.#host, (left) => this.#remove(left));
    this.#schedules.set(name, schedule);
    this.#sleep();
    void schedule.recall();
    return schedule;
  }

  /** The schedule of that name; undefined when there is none. */
  get(name: string): Schedule | undefined {
    return this.#schedules.get(name);
  }

  /** Cancels every schedule and takes no more. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const schedule of [...this.#schedules.values()]) schedule.cancel();
  }

  #remove({ name }: LiveSchedule): void {
    this.#schedules.delete(name);
    this.#sleep();
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    const now = this.#host.clock.now();
    for (const schedule of this.#schedules.values()) schedule.look(now);
    this.#sleep();
  };

  #sleep(): void {
    const { clock } = this.#host;
    let dueAt = Number.POSITIVE_INFINITY;
    let isHeld = false;
    for (const schedule of this.#schedules.values()) {
      dueAt = Math.min(dueAt, schedule.next() ?? Number.POSITIVE_INFINITY);
      isHeld ||= schedule.keepAlive;
    }
    this.#timer?.cancel();
    this.#timer = undefined;
    if (dueAt === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.schedule(this.#wake, Math.min(dueAt - clock.now(), LONGEST_SLEEP_MS));
    if (!isHeld) this.#timer.unref();
  }
}

/** The name is a part of the ids of runs, which are names. */
function checkRunIds(name: string): void {
  try {
    checkName('run', runIdOf(name, LAST_MOMENT));
  } catch (error) {
    throw error instanceof InvalidNameError ? new InvalidNameError('schedule', name, error.reason) : error;
  }
}
