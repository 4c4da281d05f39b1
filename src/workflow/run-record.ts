import { describeError, type ErrorRecord } from '../kernel/errors.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { RunEvent, SkipReason } from './events.ts';
import {
  type EntryDetails,
  RUN_CANCELLED,
  RUN_COMPLETED,
  RUN_FAILED,
  RUN_STARTED,
  RunHistory,
  STEP_CANCELLED,
  STEP_COMPLETED,
  STEP_FAILED,
  STEP_RETRIED,
  STEP_SKIPPED,
  STEP_STARTED,
  typeName,
} from './history.ts';
import type { Plan } from './plan.ts';
import { eventOf, type RecordedRun, type RunPlace, type RunSnapshot, snapshotOf } from './snapshot.ts';
import { RunState } from './state.ts';
import { StepTimes } from './step-times.ts';

/**
 * What is known of a run: its history, and the state that follows from it.
 *
 * Each thing that happens is added to the state, then to the history, then told as an event.
 */
export class RunRecord implements RecordedRun {
  readonly plan: Plan;
  readonly state: RunState;
  readonly place: RunPlace;
  /** The wall time of the first entry; times in state and history count from it. */
  wallStart = 0;
  readonly #runtime: Runtime;
  readonly #history: RunHistory;
  #times: StepTimes | undefined;
  /** The monotonic time of the first entry. */
  #start: number | undefined;

  constructor(runtime: Runtime, plan: Plan, place: RunPlace) {
    this.plan = plan;
    this.state = new RunState(plan);
    this.#history = new RunHistory(plan.steps.length);
    this.#runtime = runtime;
    this.place = place;
  }

  runStarted(): void {
    const at = this.#at();
    this.state.runStarted(at);
    this.#add(RUN_STARTED, at, -1, undefined);
  }

  stepStarted(step: number, attempt: number): void {
    const at = this.#at();
    this.state.stepStarted(step, attempt);
    this.#add(STEP_STARTED, at, step, attempt === 1 ? undefined : { attempt });
  }

  stepCompleted(step: number, output: unknown): void {
    const at = this.#at();
    this.state.stepCompleted(step, output);
    this.#add(STEP_COMPLETED, at, step, undefined);
  }

  stepRetried(step: number, attempt: number, delayMs: number, cause: unknown): void {
    this.#add(STEP_RETRIED, this.#at(), step, { attempt, delayMs, error: describeError(cause) });
  }

  stepFailed(step: number, error: ErrorRecord): void {
    const at = this.#at();
    this.state.stepFailed(step, error);
    this.#add(STEP_FAILED, at, step, { error });
  }

  stepSkipped(step: number, reason: SkipReason): void {
    const at = this.#at();
    this.state.stepSkipped(step, reason);
    this.#add(STEP_SKIPPED, at, step, { reason });
  }

  runCompleted(): void {
    const at = this.#at();
    this.state.runCompleted(at);
    this.#add(RUN_COMPLETED, at, -1, undefined);
  }

  /** It failed or was cancelled, and with it what is running. */
  runStopped(status: 'failed' | 'cancelled', cause: unknown): void {
    const at = this.#at();
    const error = describeError(cause);
    for (let step = 0; step < this.plan.steps.length; step++) {
      if (this.state.statusOf(step) !== 'running') continue;
      this.state.stepCancelled(step);
      this.#add(STEP_CANCELLED, at, step, undefined);
    }
    this.state.runStopped(status, error, at);
    this.#add(status === 'failed' ? RUN_FAILED : RUN_CANCELLED, at, -1, { error });
  }

  /** Tells of something that is no part of the history. */
  progressed(step: string, value: unknown): void {
    const { events } = this.#runtime;
    if (!events.wants('step.progressed')) return;
    this.#runtime.tick();
    const { runId, workflow, parent } = this.place;
    const sinceStart = this.#at();
    const facts = {
      at: this.wallStart + sinceStart,
      runId,
      workflow,
      ...(parent === undefined ? {} : { parent }),
    };
    const event: RunEvent = { ...facts, type: 'step.progressed', step, value };
    events.emit(event);
  }

  /** Nothing more will happen. */
  close(): void {
    this.#history.close();
  }

  events(): AsyncIterableIterator<RunEvent, undefined> {
    return this.#history.read((entry) => eventOf(this, entry));
  }

  /** Made when somebody first asks. */
  get times(): StepTimes {
    this.#times ??= new StepTimes(this.#history, this.plan.steps.length);
    return this.#times;
  }

  snapshot(): RunSnapshot {
    return snapshotOf(this);
  }

  /** The time of what happens now. */
  #at(): number {
    if (this.#start === undefined) {
      this.#start = this.#runtime.now;
      this.wallStart = this.#runtime.wallNow();
    }
    return Math.round(this.#runtime.now - this.#start);
  }

  #add(type: number, at: number, step: number, details: EntryDetails | undefined): void {
    this.#history.push(type, at, step, details);
    const { events } = this.#runtime;
    if (events.wants(typeName(type))) events.emit(eventOf(this, this.#history.entry(this.#history.size - 1)));
  }
}
