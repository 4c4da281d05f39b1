import type { ErrorRecord } from '../kernel/errors.ts';
import type { SkipReason } from './events.ts';
import type { Plan } from './plan.ts';
import {
  ATTEMPTS,
  CANCELLED,
  COLUMNS,
  COMPLETED,
  ENDED_AT,
  FAILED,
  NEVER,
  PENDING,
  RUNNING,
  SKIPPED,
  STARTED_AT,
  STATUS,
  WAITS,
} from './rows.ts';

/** Where a run stands: `pending` until its first steps begin, then `running`; the rest are ends. */
export type RunStatus = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';

/**
 * Everything that is known of a run.
 *
 * Changes only by the methods named after what happens, in place and without looking at anything else: telling a new
 * one what happened, in the same order, gives the same state again. Steps are numbers, their places in the
 * definition; times are milliseconds from any one moment.
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
  readonly #rows: number[];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#rows = plan.rows.slice();
    this.outputs = plan.outputs.slice();
    this.ready = plan.ready.slice();
    this.turns = plan.roots.length;
    this.left = plan.steps.length;
  }

  statusOf(step: number): number {
    return this.#rows[step * COLUMNS + STATUS]!;
  }
  attemptsOf(step: number): number {
    return this.#rows[step * COLUMNS + ATTEMPTS]!;
  }
  /** When its first attempt started; undefined when none did. */
  startOf(step: number): number | undefined {
    const at = this.#rows[step * COLUMNS + STARTED_AT]!;
    return at === NEVER ? undefined : at;
  }
  /** When it ended; undefined until then. */
  endOf(step: number): number | undefined {
    const at = this.#rows[step * COLUMNS + ENDED_AT]!;
    return at === NEVER ? undefined : at;
  }
  /** How many steps before it have not ended. */
  waitsOf(step: number): number {
    return this.#rows[step * COLUMNS + WAITS]!;
  }

  runStarted(at: number): void {
    this.status = 'running';
    this.startedAt = at;
  }

  stepStarted(step: number, attempt: number, at: number): void {
    const row = step * COLUMNS;
    this.#rows[row + STATUS] = RUNNING;
    this.#rows[row + ATTEMPTS] = attempt;
    if (this.#rows[row + STARTED_AT] === NEVER) this.#rows[row + STARTED_AT] = at;
  }

  stepCompleted(step: number, output: unknown, at: number): void {
    this.outputs[step] = output;
    this.#end(step, COMPLETED, at, false);
  }

  stepFailed(step: number, error: ErrorRecord, at: number): void {
    this.errors ??= new Map();
    this.errors.set(step, error);
    this.#end(step, FAILED, at, true);
  }

  stepSkipped(step: number, reason: SkipReason, at: number): void {
    this.reasons ??= new Map();
    this.reasons.set(step, reason);
    this.#end(step, SKIPPED, at, reason.kind === 'dependency');
  }

  stepCancelled(step: number, at: number): void {
    this.#end(step, CANCELLED, at, true);
  }

  runCompleted(at: number): void {
    this.status = 'completed';
    this.endedAt = at;
  }

  /** It failed or was cancelled: the steps that never started are cancelled with it. */
  runStopped(status: 'failed' | 'cancelled', error: ErrorRecord, at: number): void {
    this.status = status;
    this.endedAt = at;
    this.error = error;
    for (let row = 0; row < this.#rows.length; row += COLUMNS) {
      if (this.#rows[row + STATUS] !== PENDING) continue;
      this.#rows[row + STATUS] = CANCELLED;
      this.#rows[row + ENDED_AT] = at;
    }
  }

  /** A step has ended: those after it wait for one less, and cannot run when it has nothing to give. */
  #end(step: number, status: number, at: number, blocks: boolean): void {
    const rows = this.#rows;
    const { dependants, firstDependant } = this.#plan;
    rows[step * COLUMNS + STATUS] = status;
    rows[step * COLUMNS + ENDED_AT] = at;
    this.left--;
    const end = firstDependant[step + 1]!;
    for (let edge = firstDependant[step]!; edge < end; edge++) {
      const dependant = dependants[edge]!;
      if (blocks) this.#block(dependant, step);
      if (--rows[dependant * COLUMNS + WAITS]! === 0) this.ready[this.turns++] = dependant;
    }
  }

  #block(dependant: number, blocker: number): void {
    this.blockedBy ??= new Map();
    if (!this.blockedBy.has(dependant)) this.blockedBy.set(dependant, blocker);
  }
}
