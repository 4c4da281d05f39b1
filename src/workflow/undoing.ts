import { Attempt } from '../kernel/attempt.ts';
import { WorkContext } from '../kernel/context.ts';
import { Alarm } from '../kernel/deadlines.ts';
import { CancelledError, describeError, type ErrorRecord, TimeoutError } from '../kernel/errors.ts';
import { invoke, type SlotOwner } from '../kernel/invocation.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { Scope } from '../kernel/scope.ts';
import type { HandlerContext } from '../kernel/work.ts';
import { effectivePolicy, retryAfter } from '../resilience/index.ts';
import { NOTHING } from './plan.ts';
import { InterruptedError, isLoss } from './resume-errors.ts';
import type { RunOfSteps } from './step-runs.ts';
import type { UndoCourse } from './undo-order.ts';
import type { UndoReport } from './undo-report.ts';

/** The run whose work is taken back. */
export interface RunOfUndo
  extends Pick<RunOfSteps, 'id' | 'key' | 'definition' | 'plan' | 'record' | 'host'> {
  /** It goes on elsewhere or later. */
  lost(error: Error): void;
  /** All that could be taken back has been. */
  undone(report: UndoReport): void;
  /** The coordinator is closed before that. */
  undoStopped(reason: unknown, report: UndoReport): void;
}

/**
 * Takes back what a run has done: one step after the other, the last first.
 *
 * Part of nothing but the coordinator: neither the end of the run nor a cancellation touches it.
 */
export class Undoing extends Scope implements SlotOwner {
  readonly #run: RunOfUndo;
  /** The steps, in the order of their turn. */
  readonly #order: readonly number[];
  readonly #earlier: ReadonlyMap<number, UndoCourse>;
  readonly #undone: string[] = [];
  readonly #failed: { readonly step: string; readonly error: ErrorRecord }[] = [];
  readonly #remaining: string[] = [];
  /** Steps that may not be undone any more, as one that was built on them was not. */
  readonly #blocked = new Set<number>();
  #next = 0;
  #current: UndoAttempt | undefined;

  constructor(run: RunOfUndo, order: readonly number[], earlier: ReadonlyMap<number, UndoCourse>) {
    super();
    this.#run = run;
    this.#order = order;
    this.#earlier = earlier;
    this.enter(this.runtime.root);
  }

  get runtime(): Runtime {
    return this.#run.host.runtime;
  }
  get graceMs(): number {
    return this.#run.host.graceMs;
  }

  /** Begins, or goes on. @param before What must have settled. */
  start(before: readonly Promise<unknown>[]): void {
    const go = (): void => {
      this.runtime.tick();
      this.#advance();
    };
    if (before.length === 0) {
      go();
      return;
    }
    void Promise.allSettled(before).then((ends) => {
      // What such a run has done is not taken back yet, and whoever owns it next sees to that first.
      const lost = ends.find((end) => end.status === 'rejected' && isLoss(end.reason));
      if (lost === undefined) go();
      else if (!this.ended) this.#run.lost((lost as PromiseRejectedResult).reason as Error);
    });
  }

  protected override stopped(reason: unknown): void {
    this.#current?.giveUp(reason);
    const rest = this.#order.slice(this.#next).map((step) => this.#idOf(step));
    this.#run.undoStopped(reason, this.#report([...this.#remaining, ...rest]));
  }
  protected cancellation(reason: unknown): Error {
    return new CancelledError(`undoing of run "${this.#run.id}"`, reason);
  }
  protected timeout(): Error {
    return new TimeoutError(`undoing of run "${this.#run.id}"`, 0);
  }

  #advance(): void {
    for (; this.#next < this.#order.length; this.#next++) {
      if (this.ended) return;
      const step = this.#order[this.#next]!;
      const earlier = this.#earlier.get(step);
      if (earlier?.done === true) this.#undone.push(this.#idOf(step));
      else if (earlier?.error !== undefined) this.#giveUp(step, earlier.error);
      else if (this.#blocked.has(step)) this.#remaining.push(this.#idOf(step));
      else {
        this.#undo(step, earlier);
        return;
      }
    }
    if (this.ended) return;
    this.end();
    this.#run.undone(this.#report(this.#remaining));
  }

  #undo(step: number, earlier: UndoCourse | undefined): void {
    const { plan, definition, host, record } = this.#run;
    const policy = effectivePolicy(plan.steps[step]!.undo!.policy, definition.policy, host.policy);
    const { attempts = 0, failures = 0, released = 0 } = earlier ?? {};
    const interruptions = attempts - failures - released;
    if (interruptions > policy.restarts) {
      this.#fail(step, new InterruptedError(this.#idOf(step), interruptions));
      return;
    }
    // Attempts that were cut off have a number, and count as no failure.
    const uncounted = interruptions + released;
    const attempt = (number: number): Promise<unknown> =>
      this.#attempt(step, number + uncounted, policy.timeout);
    const tried = attempt(failures + 1).catch((error: unknown) => {
      if (this.ended) throw error;
      return retryAfter(error, failures + 1, policy, this, attempt, (retry) => {
        this.runtime.tick();
        record.undoRetried(step, retry.attempt + uncounted, retry.delayMs, retry.error);
      });
    });
    tried.then(
      () => this.#succeed(step),
      (error) => this.#fail(step, error),
    );
  }

  #attempt(step: number, number: number, timeoutMs: number): Promise<unknown> {
    const { record, plan, host } = this.#run;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.runtime.tick();
    record.undoing(step, number);
    record.whenStored(() => {
      if (this.ended) return;
      const output = record.state.outputs[step];
      const attempt = new UndoAttempt(this, this.#run, step, number, timeoutMs, resolve, reject);
      this.#current = attempt;
      const run = plan.steps[step]!.undo!.run as (output: unknown, context: HandlerContext) => unknown;
      invoke(attempt, run, output === NOTHING ? undefined : output, new WorkContext(attempt, host.executor));
    });
    return promise;
  }

  #succeed(step: number): void {
    if (this.ended) return;
    this.runtime.tick();
    this.#run.record.undone(step);
    this.#undone.push(this.#idOf(step));
    this.#next++;
    this.#advance();
  }

  #fail(step: number, error: unknown): void {
    if (this.ended) return;
    this.runtime.tick();
    const facts = describeError(error);
    this.#run.record.undoFailed(step, facts);
    this.#giveUp(step, facts);
    this.#next++;
    this.#advance();
  }

  /** What a step was built on stays as it is when the step itself does. */
  #giveUp(step: number, error: ErrorRecord): void {
    this.#failed.push({ step: this.#idOf(step), error });
    const { dependencies, firstDependency } = this.#run.plan;
    const walk = [step];
    for (let from = walk.pop(); from !== undefined; from = walk.pop()) {
      for (let edge = firstDependency[from]!; edge < firstDependency[from + 1]!; edge++) {
        const before = dependencies[edge]!;
        if (this.#blocked.has(before)) continue;
        this.#blocked.add(before);
        walk.push(before);
      }
    }
  }

  #report(remaining: readonly string[]): UndoReport {
    return { undone: this.#undone, failed: this.#failed, remaining };
  }

  #idOf(step: number): string {
    return this.#run.plan.ids[step]!;
  }
}

/** One attempt at the undoing of a step. */
class UndoAttempt extends Attempt {
  readonly #run: RunOfUndo;
  readonly #step: string;
  readonly #timeoutMs: number;
  readonly #resolve: (output: unknown) => void;
  readonly #reject: (error: unknown) => void;
  readonly #alarm: Alarm;

  constructor(
    undoing: Undoing,
    run: RunOfUndo,
    step: number,
    number: number,
    timeoutMs: number,
    resolve: (output: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super(undoing, undoing, number, undoing.runtime.now + timeoutMs);
    this.#run = run;
    this.#step = run.plan.ids[step]!;
    this.#timeoutMs = timeoutMs;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#alarm = new Alarm(() => this.timeUp());
    this.#alarm.dueAt = this.dueAt;
    this.runtime.deadlines.arm(this.#alarm, this.runtime.now);
  }

  get label(): string {
    return `undo of step "${this.#step}"`;
  }
  get idempotencyKey(): string {
    return `${this.#run.key}>${this.#step}>undo`;
  }
  get taskId(): undefined {
    return undefined;
  }
  get runId(): string {
    return this.#run.id;
  }
  get agent(): undefined {
    return undefined;
  }
  get capability(): undefined {
    return undefined;
  }
  get sender(): string {
    return this.#step;
  }
  progressed(value: unknown): void {
    this.#run.record.progressed(this.#step, value);
  }
  timeout(): Error {
    return new TimeoutError(this.label, this.#timeoutMs);
  }
  override giveUp(reason: unknown): void {
    this.runtime.deadlines.disarm(this.#alarm);
    super.giveUp(reason);
  }
  protected fulfilled(output: unknown): void {
    this.runtime.deadlines.disarm(this.#alarm);
    this.#resolve(output);
  }
  protected failed(error: unknown): void {
    this.runtime.deadlines.disarm(this.#alarm);
    this.#reject(error);
  }
  slotFreed(): void {}
}
