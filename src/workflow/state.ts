import type { ErrorRecord } from '../kernel/errors.ts';
import type { SkipReason } from './events.ts';
import type { Plan } from './plan.ts';

/** Where a run stands: `pending` until its first steps begin, then `running`; the rest are ends. */
export type RunStatus = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';

/** Where a step stands: `pending` until it starts, then `running`; the rest are ends. */
export type StepStatus = 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled';

// Where a step stands is one number, as what a large run looks at for each step is seldom in the processor's cache.
// From 0 up the step is pending, and the number says how many steps it still waits for.
const RUNNING = -1;
const COMPLETED = -2;
const FAILED = -3;
const SKIPPED = -4;
const CANCELLED = -5;

/** The names of the numbers below 0, from -1 on down. */
const STATUSES: readonly StepStatus[] = ['running', 'completed', 'failed', 'skipped', 'cancelled'];

/**
 * Everything that is known of a run.
 *
 * Changes only by the methods named after what happens, in place and without looking at anything else: telling a new
 * one what happened, in the same order, gives the same state again. Steps are numbers, their places in the
 * definition; times are milliseconds from any one moment. When each step started and ended only the history knows.
 */
export class RunState {
  status: RunStatus = 'pending';
  startedAt: number | undefined;
  endedAt: number | undefined;
  error: ErrorRecord | undefined;
  /** The outputs of the steps that are completed; `NOTHING` for others. */
  readonly outputs: unknown[];
  /** Why steps failed. Made at the first. */
  errors: Map<number, ErrorRecord> | undefined;
  /** Why steps were skipped. Made at the first. */
  reasons: Map<number, SkipReason> | undefined;
  /** For each step that cannot run, the first step before it that left it without an output. Made at the first failure. */
  blockedBy: Map<number, number> | undefined;
  /** Steps whose turn has come, in that order: so many in all, and the first `taken` of them have been seen to. */
  readonly ready: number[];
  turns: number;
  taken = 0;
  /** Steps that have not ended. */
  left: number;
  readonly #plan: Plan;
  /** Where each step stands. */
  readonly #standings: number[];
  /** Attempts at the steps that had more than one, and at those that failed before the first. Made at the first. */
  #attempts: Map<number, number> | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#standings = plan.waits.slice();
    this.outputs = plan.outputs.slice();
    this.ready = plan.ready.slice();
    this.turns = plan.roots.length;
    this.left = plan.steps.length;
  }

  /** A step that is pending when its run is stopped is cancelled with it. */
  statusOf(step: number): StepStatus {
    const standing = this.#standings[step]!;
    if (standing < 0) return STATUSES[RUNNING - standing]!;
    return this.status === 'failed' || this.status === 'cancelled' ? 'cancelled' : 'pending';
  }

  /** Attempts so far; 0 for a step that never started. */
  attemptsOf(step: number): number {
    const standing = this.#standings[step]!;
    if (standing >= 0 || standing === SKIPPED) return 0;
    return this.#attempts?.get(step) ?? 1;
  }

  runStarted(at: number): void {
    this.status = 'running';
    this.startedAt = at;
  }

  stepStarted(step: number, attempt: number): void {
    this.#standings[step] = RUNNING;
    if (attempt > 1) this.#setAttempts(step, attempt);
  }

  stepCompleted(step: number, output: unknown): void {
    this.outputs[step] = output;
    this.#end(step, COMPLETED, false);
  }

  stepFailed(step: number, error: ErrorRecord): void {
    this.errors ??= new Map();
    this.errors.set(step, error);
    // Its condition or its input failed.
    if (this.#standings[step]! >= 0) this.#setAttempts(step, 0);
    this.#end(step, FAILED, true);
  }

  stepSkipped(step: number, reason: SkipReason): void {
    this.reasons ??= new Map();
    this.reasons.set(step, reason);
    this.#end(step, SKIPPED, reason.kind === 'dependency');
  }

  stepCancelled(step: number): void {
    this.#end(step, CANCELLED, true);
  }

  runCompleted(at: number): void {
    this.status = 'completed';
    this.endedAt = at;
  }

  /** It failed or was cancelled. */
  runStopped(status: 'failed' | 'cancelled', error: ErrorRecord, at: number): void {
    this.status = status;
    this.endedAt = at;
    this.error = error;
  }

  /** A step has ended: those after it wait for one less, and cannot run when it has nothing to give. */
  #end(step: number, standing: number, blocks: boolean): void {
    const standings = this.#standings;
    const { dependants, firstDependant } = this.#plan;
    standings[step] = standing;
    this.left--;
    const end = firstDependant[step + 1]!;
    for (let edge = firstDependant[step]!; edge < end; edge++) {
      const dependant = dependants[edge]!;
      if (blocks) this.#block(dependant, step);
      if (--standings[dependant]! === 0) this.ready[this.turns++] = dependant;
    }
  }

  #setAttempts(step: number, attempts: number): void {
    this.#attempts ??= new Map();
    this.#attempts.set(step, attempts);
  }

  #block(dependant: number, blocker: number): void {
    this.blockedBy ??= new Map();
    if (!this.blockedBy.has(dependant)) this.blockedBy.set(dependant, blocker);
  }
}
