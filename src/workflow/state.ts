import type { ErrorRecord } from '../kernel/errors.ts';
import type { SkipReason } from './events.ts';
import type { RunEntry } from './history.ts';
import { JoinProgress } from './join-progress.ts';
import type { Join } from './joins.ts';
import { Letters } from './letters.ts';
import { NOTHING, type Plan } from './plan.ts';
import type { UndoReport } from './undo-report.ts';

/**
 * Where a run stands: `pending` until its first steps begin, then `running`, and `undoing` while what was done is taken
 * back; `suspended` when its owner has given it up before its end, and it can be resumed from the store. The rest are
 * ends: it is `partially-completed` when steps failed that it could go on without.
 */
export type RunStatus =
  | 'pending'
  | 'running'
  | 'undoing'
  | 'suspended'
  | 'completed'
  | 'partially-completed'
  | 'failed'
  | 'cancelled';

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
  /** What was taken back when it failed or was cancelled. */
  undo: UndoReport | undefined;
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
  #letters: Letters | undefined;
  /** Steps that were cancelled before they began: they may be on the list of those whose turn has come. */
  cancelledEarly = 0;
  /** The steps whose turn has come that go on without some of their members, in that order. Made at the first. */
  joined: number[] | undefined;
  /** So many of {@link joined} have been seen to. */
  joinsSeen = 0;
  readonly #plan: Plan;
  /** Where each step stands. */
  readonly #standings: number[];
  /** How far the joins are that go on without some of their members. Made at the first end of a member. */
  #joins: Map<number, JoinProgress> | undefined;
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
    return this.status === 'failed' || this.status === 'cancelled' || this.status === 'undoing'
      ? 'cancelled'
      : 'pending';
  }

  /** Attempts so far; 0 for a step that never started. */
  attemptsOf(step: number): number {
    const standing = this.#standings[step]!;
    if (standing >= 0 || standing === SKIPPED) return 0;
    return this.#attempts?.get(step) ?? 1;
  }

  /** Tells it what happened by an entry of a history. @param value The output or the signal, where there is one. */
  apply({ type, at, step, details }: RunEntry, value: unknown): void {
    switch (type) {
      case 'run.started':
        this.runStarted(at);
        break;
      case 'run.completed':
        this.runCompleted(at, details?.failures !== undefined);
        break;
      case 'run.failed':
        this.runStopped('failed', details!.error!, at, details!.undo);
        break;
      case 'run.cancelled':
        this.runStopped('cancelled', details!.error!, at, details!.undo);
        break;
      case 'run.undo-started':
        this.undoStarted(details!.error!);
        break;
      case 'step.started':
        this.stepStarted(step, details?.attempt ?? 1);
        break;
      case 'step.completed':
        this.stepCompleted(step, value);
        break;
      case 'step.failed':
        this.stepFailed(step, details!.error!);
        break;
      case 'step.skipped':
        this.stepSkipped(step, details!.reason!);
        break;
      case 'step.cancelled':
        this.stepCancelled(step);
        break;
      case 'step.join-timed-out':
        this.joinTimeUp(step);
        break;
      case 'signal.received':
        this.letters.received(details!.signal!, value, details!.checked === true);
        break;
      case 'signal.taken':
        this.letters.taken(details!.number!, details!.by!);
        break;
      case 'signal.returned':
        this.letters.returned(details!.number!);
        break;
      // The rest concerns only whoever carries out the steps, and reads it off the history.
      default:
        break;
    }
  }

  /** The steps whose turn has come and that have not begun are all seen to again: whoever saw to them is gone. */
  returnTurns(): void {
    const open = this.ready.slice(0, this.turns).filter((step) => this.#standings[step] === 0);
    this.turns = open.length;
    this.taken = 0;
    for (const [place, step] of open.entries()) this.ready[place] = step;
  }

  /** A step was added to the plan, and its turn has come. */
  grow(): void {
    const step = this.#standings.length;
    this.#standings.push(0);
    this.outputs.push(NOTHING);
    this.ready[this.turns++] = step;
    this.left++;
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
    if (this.#standings[step]! >= 0) this.cancelledEarly++;
    this.#end(step, CANCELLED, true);
  }

  /** The time of a step that joins `before` is up: its turn has come, if it has not yet. */
  joinTimeUp(step: number): void {
    if (this.#plan.joins?.[step]?.kind !== 'before' || !this.waits(step)) return;
    this.#progressOf(step).timeUp();
    this.#joinTurn(step);
  }

  /** True while a step waits for others. */
  waits(step: number): boolean {
    return this.#standings[step]! > 0;
  }

  /** True until a step has ended. */
  isOpen(step: number): boolean {
    return this.#standings[step]! >= RUNNING;
  }

  /** How far a step's join is; undefined for one that waits for all, and before any member has ended. */
  joinOf(step: number): JoinProgress | undefined {
    return this.#joins?.get(step);
  }

  /**
   * Whether the run may go on when this step fails: it says so itself, or all those that wait for it, one at least, can
   * do without.
   */
  tolerated(step: number): boolean {
    const { steps, joins, dependants, firstDependant } = this.#plan;
    if (steps[step]!.onFailure?.kind === 'continue') return true;
    if (joins === undefined) return false;
    const end = firstDependant[step + 1]!;
    for (let edge = firstDependant[step]!; edge < end; edge++) {
      if (joins[dependants[edge]!] === undefined) return false;
    }
    return end > firstDependant[step]!;
  }

  /** What was done is taken back; where the steps stand does not change any more. */
  undoStarted(error: ErrorRecord): void {
    this.status = 'undoing';
    this.error = error;
  }

  /** The signals to the run. */
  get letters(): Letters {
    this.#letters ??= new Letters();
    return this.#letters;
  }

  /** @param partly Steps failed, and the run went on without them. */
  runCompleted(at: number, partly: boolean): void {
    this.status = partly ? 'partially-completed' : 'completed';
    this.endedAt = at;
  }

  /** It failed or was cancelled. */
  runStopped(
    status: 'failed' | 'cancelled',
    error: ErrorRecord,
    at: number,
    undo: UndoReport | undefined,
  ): void {
    this.status = status;
    this.undo = undo;
    this.endedAt = at;
    this.error = error;
  }

  /** A step has ended: those after it wait for one less, and cannot run when it has nothing to give. */
  #end(step: number, standing: number, blocks: boolean): void {
    const standings = this.#standings;
    const { dependants, firstDependant, joins } = this.#plan;
    standings[step] = standing;
    this.left--;
    if (joins !== undefined) {
      this.#endOfMember(step, joins, blocks);
      return;
    }
    const end = firstDependant[step + 1]!;
    for (let edge = firstDependant[step]!; edge < end; edge++) {
      const dependant = dependants[edge]!;
      if (blocks) this.#block(dependant, step);
      if (--standings[dependant]! === 0) this.ready[this.turns++] = dependant;
    }
  }

  /** As above, where some of those after it can do without it, and some may have ended before it. */
  #endOfMember(member: number, joins: readonly (Join | undefined)[], blocks: boolean): void {
    const standings = this.#standings;
    const { dependants, firstDependant } = this.#plan;
    for (let edge = firstDependant[member]!; edge < firstDependant[member + 1]!; edge++) {
      const dependant = dependants[edge]!;
      // Its turn has come without this one, or it was cancelled while it waited.
      if (standings[dependant]! <= 0) continue;
      if (joins[dependant] !== undefined) {
        const progress = this.#progressOf(dependant);
        if (standings[member] === COMPLETED) progress.memberCompleted(member, this.outputs[member]);
        else progress.memberEnded();
        standings[dependant]!--;
        if (progress.status !== 'waiting') this.#joinTurn(dependant);
      } else {
        if (blocks) this.#block(dependant, member);
        if (--standings[dependant]! === 0) this.#turn(dependant);
      }
    }
  }

  #joinTurn(step: number): void {
    this.joined ??= [];
    this.joined.push(step);
    this.#turn(step);
  }

  #turn(step: number): void {
    this.#standings[step] = 0;
    this.ready[this.turns++] = step;
  }

  #progressOf(step: number): JoinProgress {
    this.#joins ??= new Map();
    let progress = this.#joins.get(step);
    if (progress === undefined) {
      progress = new JoinProgress(this.#plan.joins![step]!, this.#plan.waits[step]!);
      this.#joins.set(step, progress);
    }
    return progress;
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
