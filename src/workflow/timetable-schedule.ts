import type { Clock } from '../kernel/clock.ts';
import { describeError, isCadreError } from '../kernel/errors.ts';
import type { Workflow } from './definition.ts';
import { DecidedTimes } from './timetable-decided.ts';
import type { Schedule, ScheduleEvent, ScheduleSettings, ScheduleStats } from './timetable-options.ts';

/** What schedules need of whoever runs workflows. */
export interface TimetableHost {
  /** Where time comes from: the wall time says what is due, the monotonic time only how long to sleep. */
  readonly clock: Clock;
  /**
   * Starts a run under an id. Throws or rejects with `RunExistsError` or `ConflictError` when somebody else has that id,
   * which with a store must be known when its promise resolves.
   */
  start(workflow: Workflow, input: unknown, options: { readonly id: string }): unknown;
  /** Whether a run of that id has not ended yet. */
  isUnderWay(runId: string): boolean | PromiseLike<boolean>;
  /** Keeps the time that each schedule last started a run for; without it nothing is known of the times before now. */
  readonly memory?: ScheduleMemory | undefined;
  /** Told what happens. */
  report(event: ScheduleEvent): void;
}

/** Where schedules keep the time that they last started a run for, over restarts. */
export interface ScheduleMemory {
  /** The time in epoch milliseconds; undefined when there is none. */
  read(schedule: string): number | undefined | PromiseLike<number | undefined>;
  /** Replaces it. */
  write(schedule: string, dueAt: number): void | PromiseLike<void>;
}

/** After so long a time counts as missed: much longer than a busy process is late, much shorter than a sleep. */
const LATEST_MS = 60_000;

/** What an event says beside what every event says. */
type Said =
  | { readonly type: 'schedule.started' }
  | { readonly type: 'schedule.skipped'; readonly reason: 'overlap' | 'missed' | 'elsewhere' }
  | { readonly type: 'schedule.failed'; readonly error: ReturnType<typeof describeError> };

/** One schedule: decides each of its times once. */
export class LiveSchedule implements Schedule {
  readonly name: string;
  readonly keepAlive: boolean;
  readonly #settings: ScheduleSettings;
  readonly #host: TimetableHost;
  readonly #left: (schedule: LiveSchedule) => void;
  readonly #decided: DecidedTimes;
  readonly #counts = { started: 0, elsewhere: 0, overlapped: 0, missed: 0, failed: 0 };
  #dueAt: number | undefined;
  #lookedAt: number;
  /** The time whose run was started last, here or elsewhere. */
  #lastAt: number | undefined;
  /** Times whose runs are being started. */
  #starting = 0;
  #cancelled = false;

  /** @param left Called when it is cancelled. */
  constructor(
    name: string,
    settings: ScheduleSettings,
    host: TimetableHost,
    left: (schedule: LiveSchedule) => void,
  ) {
    this.name = name;
    this.keepAlive = settings.keepAlive;
    this.#settings = settings;
    this.#host = host;
    this.#left = left;
    this.#decided = new DecidedTimes(settings.calendar);
    this.#lookedAt = host.clock.now();
    this.#dueAt = settings.calendar.after(this.#lookedAt);
  }

  next(): number | undefined {
    return this.#dueAt;
  }

  stats(): ScheduleStats {
    return { ...this.#counts };
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#dueAt = undefined;
    this.#left(this);
  }

  /** Finds out what was missed while nobody was there, if somebody has kept when that began. */
  async recall(): Promise<void> {
    const { clock, memory } = this.#host;
    if (memory === undefined) return;
    const startedAt = this.#dueAt;
    try {
      this.#lastAt ??= await memory.read(this.name);
    } catch (error) {
      if (startedAt !== undefined) this.#failed(startedAt, error);
      return;
    }
    // A time has come meanwhile, and was seen to with what was before; or it was cancelled.
    if (this.#lastAt === undefined || this.#dueAt !== startedAt) return;
    const now = clock.now();
    const unseen = this.#settings.calendar.after(this.#lastAt);
    if (unseen !== undefined && unseen < now) this.#pass(unseen, now);
  }

  /** Sees to the times that have come by the wall clock, and finds the next one. */
  look(now: number): void {
    const dueAt = this.#dueAt;
    const wasSetBack = now < this.#lookedAt;
    this.#lookedAt = now;
    if (dueAt !== undefined && dueAt <= now) this.#pass(dueAt, now);
    else if (!wasSetBack) return;
    // Told of a run, somebody may have cancelled it.
    if (!this.#cancelled) this.#dueAt = this.#decided.firstOpen(now);
  }

  /** Every time from `firstAt` up to now has come: the last of them is run, unless that was too long ago. */
  #pass(firstAt: number, now: number): void {
    const { calendar, missed } = this.#settings;
    const lastAt = calendar.upTo(now) ?? firstAt;
    if (this.#decided.has(lastAt)) return;
    const runs = now - lastAt <= LATEST_MS || missed === 'once';
    const missedAt = runs ? calendar.upTo(lastAt - 1) : lastAt;
    if (missedAt !== undefined && missedAt >= firstAt) {
      this.#counts.missed++;
      this.#report(missedAt, { type: 'schedule.skipped', reason: 'missed' });
    }
    if (!runs || this.#cancelled) return;
    this.#decided.add(lastAt);
    void this.#run(lastAt);
  }

  async #run(dueAt: number): Promise<void> {
    const { workflow, input, overlap } = this.#settings;
    const { memory } = this.#host;
    const isFirst = this.#starting++ === 0;
    try {
      if (overlap === 'skip' && !(isFirst && (await this.#isLastDone()))) {
        this.#counts.overlapped++;
        this.#report(dueAt, { type: 'schedule.skipped', reason: 'overlap' });
        return;
      }
      // A run that has ended may be forgotten already, and its id be free.
      if ((await memory?.read(this.name)) === dueAt) {
        this.#elsewhere(dueAt);
        return;
      }
      const value: unknown = typeof input === 'function' ? await input(dueAt) : input;
      if (this.#cancelled) return;
      await this.#host.start(workflow, value, { id: this.#runId(dueAt) });
      this.#lastAt = dueAt;
      this.#counts.started++;
      this.#report(dueAt, { type: 'schedule.started' });
      await memory?.write(this.name, dueAt);
    } catch (error) {
      if (isCadreError(error, 'RUN_EXISTS') || isCadreError(error, 'CONFLICT')) this.#elsewhere(dueAt);
      else this.#failed(dueAt, error);
    } finally {
      this.#starting--;
    }
  }

  async #isLastDone(): Promise<boolean> {
    if (this.#lastAt === undefined) return true;
    return !(await this.#host.isUnderWay(this.#runId(this.#lastAt)));
  }

  #elsewhere(dueAt: number): void {
    this.#lastAt = dueAt;
    this.#counts.elsewhere++;
    this.#report(dueAt, { type: 'schedule.skipped', reason: 'elsewhere' });
  }

  #failed(dueAt: number, error: unknown): void {
    this.#counts.failed++;
    this.#report(dueAt, { type: 'schedule.failed', error: describeError(error) });
  }

  #report(dueAt: number, said: Said): void {
    const { host, name } = { host: this.#host, name: this.name };
    const workflow = this.#settings.workflow.name;
    host.report({
      at: host.clock.now(),
      schedule: name,
      workflow,
      dueAt,
      runId: this.#runId(dueAt),
      ...said,
    });
  }

  #runId(dueAt: number): string {
    return runIdOf(this.name, dueAt);
  }
}

/** The same in every process, so that of all those on one store one starts the run. */
export function runIdOf(schedule: string, dueAt: number): string {
  return `cron:${schedule}:${new Date(dueAt).toISOString().replace('.000Z', 'Z')}`;
}
