import { WorkContext } from '../kernel/context.ts';
import { ignore } from '../kernel/functions.ts';
import { invoke } from '../kernel/invocation.ts';
import { pause } from '../kernel/pause.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { Scope } from '../kernel/scope.ts';
import type { Callee, HandlerContext, Requirement } from '../kernel/work.ts';
import { type Retry, retryAfter } from '../resilience/index.ts';
import { keyOf, StepAttempt, type StepKeeper } from './attempt.ts';
import { AttemptWatch, byStep } from './attempt-watch.ts';
import type { StepJob } from './executor.ts';
import { Flow } from './flow.ts';
import type { Child } from './handle.ts';
import { isLoss } from './resume-errors.ts';
import type { StartFacts } from './run-record.ts';
import type { Composite, StepFunction, WorkTarget } from './step.ts';
import { StepConditions } from './step-conditions.ts';
import { isComposite, isRun, type RunOfSteps, StepRuns } from './step-runs.ts';

/** Whoever decides which step has its turn. */
export interface TurnKeeper {
  /** @param text That of the output, where it is stored. */
  stepCompleted(step: number, output: unknown, text: string | undefined): void;
  stepFailed(step: number, error: unknown): void;
  /** Another gate was rejected, and with it this one. */
  stepDropped(step: number, reason: string): void;
  /** A retry waits for a free slot. */
  advance(): void;
  slotFreed(): void;
}

/** A retry that waits for a free slot. */
interface Restart {
  readonly step: number;
  readonly number: number;
  readonly input: unknown;
  readonly retry: PromiseWithResolvers<unknown> | undefined;
}

/** Carries out the steps of one run: attempt after attempt, under the one policy in force, within the run's slots. */
export class StepRunner implements StepKeeper {
  readonly #owner: RunOfSteps;
  readonly #turns: TurnKeeper;
  readonly runtime: Runtime;
  readonly #restarts: Restart[] = [];
  /** The attempts under way, in no order that counts; each knows its place. */
  readonly #running: StepAttempt[] = [];
  readonly #watch: AttemptWatch;
  readonly #concurrency: number;
  #slotsInUse = 0;
  #ownRuns: StepRuns | undefined;
  /** What is run for each step, and how. */
  readonly terms: StepConditions;

  constructor(owner: RunOfSteps, turns: TurnKeeper) {
    this.#owner = owner;
    this.#turns = turns;
    this.terms = new StepConditions(owner);
    this.runtime = owner.host.runtime;
    this.#concurrency = owner.definition.concurrency;
    this.#watch = new AttemptWatch(owner.scope, this.runtime, this.#running);
  }

  get scope(): Scope {
    return this.#owner.scope;
  }
  get id(): string {
    return this.#owner.id;
  }
  get key(): string {
    return this.#owner.key;
  }
  get graceMs(): number {
    return this.#owner.host.graceMs;
  }
  get hasFreeSlot(): boolean {
    return this.#slotsInUse < this.#concurrency;
  }

  idOf(step: number): string {
    return this.#owner.plan.ids[step]!;
  }

  progressed(attempt: StepAttempt, value: unknown): void {
    this.#owner.record.progressed(attempt.id, value);
  }

  /** Starts an attempt at a step, the first one if nothing else is said. */
  start(step: number, input: unknown, number = 1): void {
    this.#attempt(step, number, input, undefined);
  }

  /** Starts the retry that has waited longest. Returns false when none waits. */
  restart(): boolean {
    if (this.#restarts.length === 0) return false;
    const { step, number, input, retry } = this.#restarts.shift()!;
    // Nobody may need it any more.
    if (this.#owner.record.state.isOpen(step)) this.#attempt(step, number, input, retry);
    return true;
  }

  /** The run has ended: no attempt counts any more. @returns The ends of the runs that carried out steps. */
  close(reason: unknown): readonly Promise<unknown>[] {
    this.#watch.end();
    this.#restarts.length = 0;
    const parts: Promise<unknown>[] = [...(this.#ownRuns?.parting ?? [])];
    for (const attempt of this.#running.sort(byStep)) {
      attempt.giveUp(reason);
      if (attempt.job?.takesBack?.() === true) parts.push(attempt.job.result);
    }
    this.#running.length = 0;
    return parts;
  }

  attemptEnded(attempt: StepAttempt, succeeded: boolean, outcome: unknown): void {
    if (this.#owner.scope.ended) return;
    this.#remove(attempt);
    // What was stopped takes back its own work before anything follows from its end.
    if (attempt.job?.takesBack?.() === true)
      this.#runs.part(attempt.job, () => this.#ended(attempt, succeeded, outcome));
    else this.#ended(attempt, succeeded, outcome);
  }

  #ended(attempt: StepAttempt, succeeded: boolean, outcome: unknown): void {
    const { step, retry } = attempt;
    if (this.#owner.scope.ended) return;
    // What the run lost that carries it out is no failure of the step.
    if (attempt.child !== undefined && isLoss(outcome)) {
      this.#owner.lost(outcome);
    } else if (succeeded) {
      if (retry === undefined) this.complete(step, outcome);
      else retry.resolve(outcome);
    } else if (retry === undefined) {
      this.#recover(attempt, outcome);
    } else {
      retry.reject(outcome);
    }
  }

  slotFreed(abandoned: boolean): void {
    this.#slotsInUse--;
    if (abandoned) {
      this.runtime.tick();
      this.#owner.host.stepAbandoned();
    }
    this.#turns.slotFreed();
  }

  #attempt(
    step: number,
    number: number,
    input: unknown,
    retry: PromiseWithResolvers<unknown> | undefined,
  ): void {
    const { record, definition, plan } = this.#owner;
    this.#slotsInUse++;
    if (!record.isStored) {
      record.stepStarted(step, number, undefined);
      this.#begin(step, number, input, retry, undefined);
      return;
    }
    const child = this.#runs.newChild(this.terms.targetOf(step));
    const undoable = definition instanceof Flow && plan.steps[step]!.undo !== undefined;
    record.stepStarted(step, number, startFacts(child, undoable));
    record.whenStored(() => this.#begin(step, number, input, retry, child));
  }

  /** An attempt begins; that it does is on record. */
  #begin(
    step: number,
    number: number,
    input: unknown,
    retry: PromiseWithResolvers<unknown> | undefined,
    child: Child | undefined,
  ): void {
    const { host, scope, record } = this.#owner;
    // Whoever heard of the start may have cancelled the run.
    if (scope.ended || !record.state.isOpen(step)) {
      this.#slotsInUse--;
      return;
    }
    const target = this.terms.targetOf(step);
    const attempt = new StepAttempt(this, step, number, input, retry, this.terms.timeLimit(step, target));
    attempt.child = child;
    attempt.place = this.#running.push(attempt) - 1;
    this.#watch.lookAt(attempt.dueAt);
    if (typeof target === 'function') {
      const handler = target as (input: unknown, context: HandlerContext) => unknown;
      invoke(attempt, handler, input, new WorkContext(attempt, host.executor));
    } else {
      this.#handOver(target, attempt);
    }
  }

  /** Goes on with the run that carries a step out. */
  reattach(step: number, number: number, input: unknown, child: string): void {
    this.#slotsInUse++;
    this.#begin(step, number, input, undefined, { id: child, resumed: true });
  }

  /** Goes on waiting before an attempt, and then makes it. @param dueAt In epoch milliseconds. */
  retryLater(step: number, number: number, input: unknown, dueAt: number): void {
    const delayMs = Math.max(0, dueAt - this.runtime.wallNow());
    const again = (): void => {
      this.runtime.tick();
      if (this.scope.ended) return;
      this.#restarts.push({ step, number, input, retry: undefined });
      this.#turns.advance();
    };
    if (delayMs === 0) again();
    else pause(this.scope, delayMs).then(again, ignore);
  }

  /** Nobody needs a step any more: stops what is under way of it. */
  cancel(step: number, reason: unknown): void {
    for (const attempt of this.#running.filter((running) => running.step === step)) {
      this.#remove(attempt);
      attempt.drop(reason);
      if (attempt.job?.takesBack?.() === true) this.#runs.part(attempt.job, () => this.#turns.advance());
    }
  }

  /** True while runs that were stopped take back their work. */
  get isParting(): boolean {
    return this.#ownRuns !== undefined && this.#ownRuns.parting.size > 0;
  }

  /** True when there is work in runs of its steps that is taken back once they are stopped. */
  get takesBack(): boolean {
    return this.isParting || this.#running.some(({ job }) => job?.takesBack?.() === true);
  }

  /** Gives an attempt to whoever can carry it out. */
  #handOver(target: Exclude<WorkTarget | Composite, StepFunction>, attempt: StepAttempt): void {
    const settled = (): void => {
      this.runtime.tick();
      this.slotFreed(false);
    };
    try {
      attempt.job = this.#jobFor(target, attempt);
    } catch (error) {
      attempt.fail(error);
      settled();
      return;
    }
    void attempt.job.result
      .then(
        (output) => attempt.fulfil(output),
        (error) => attempt.fail(error),
      )
      .then(settled);
  }

  #jobFor(target: Exclude<WorkTarget | Composite, StepFunction>, attempt: StepAttempt): StepJob {
    const { id: runId, host } = this.#owner;
    const { id: step, input, number, idempotencyKey, scope, child } = attempt;
    if (isRun(target)) return this.#runs.start(attempt.step, target, idempotencyKey, scope, input, child);
    const timeoutMs = this.terms.stated(attempt.step);
    const work = { scope, runId, step, attempt: number, idempotencyKey, timeoutMs };
    return host.executor.execute(target as Callee<never, unknown> | Requirement, input, work);
  }

  /** Goes on with the run that carried out a step under an earlier owner, apart from the step. Waits for its end. */
  startChild(step: number, scope: Scope, input: unknown, child: Child): Promise<unknown> {
    const key = keyOf(this.key, this.idOf(step));
    const job = this.#runs.start(step, this.terms.targetOf(step), key, scope, input, child);
    this.#runs.part(job, () => this.#turns.advance());
    return job.result;
  }

  /** A step has its output, if that can be stored. */
  complete(step: number, output: unknown): void {
    const { record, scope } = this.#owner;
    if (scope.ended || !record.state.isOpen(step)) return;
    let text: string | undefined;
    try {
      text = record.outputPayload(step, output);
    } catch (error) {
      this.#turns.stepFailed(step, error);
      return;
    }
    this.#turns.stepCompleted(step, output, text);
  }

  /** The first attempt at a step failed: only now is there anything to know about retries. */
  #recover(attempt: StepAttempt, firstError: unknown): void {
    const { scope, record } = this.#owner;
    const { step, input } = attempt;
    // The members of a composite have been tried again, each for itself.
    if (isComposite(this.terms.targetOf(step))) {
      this.#turns.stepFailed(step, firstError);
      return;
    }
    const policy = this.terms.policyOf(step, attempt.job?.policy);
    const uncounted = this.terms.uncounted(step);
    const failures = attempt.number - uncounted;
    if (policy.attempts <= failures) {
      this.#turns.stepFailed(step, firstError);
      return;
    }
    const again = (number: number): Promise<unknown> => {
      const retry = Promise.withResolvers<unknown>();
      this.runtime.tick();
      if (!scope.ended) this.#restarts.push({ step, number: number + uncounted, input, retry });
      this.#turns.advance();
      return retry.promise;
    };
    const onRetry = ({ attempt: next, delayMs, error }: Retry): void => {
      this.runtime.tick();
      record.stepRetried(step, next + uncounted, delayMs, error);
    };
    retryAfter(firstError, failures, policy, scope, again, onRetry).then(
      (output) => {
        this.runtime.tick();
        this.complete(step, output);
      },
      (error) => {
        this.runtime.tick();
        this.#turns.stepFailed(step, error);
      },
    );
  }

  /** The runs that carry out steps. Made at the first. */
  get #runs(): StepRuns {
    this.#ownRuns ??= new StepRuns(this.#owner);
    return this.#ownRuns;
  }

  /** Takes an attempt off the list; the last one fills its place. */
  #remove({ place }: StepAttempt): void {
    const last = this.#running.pop()!;
    if (place === this.#running.length) return;
    this.#running[place] = last;
    last.place = place;
  }
}

function startFacts(child: Child | undefined, undoable: boolean): StartFacts | undefined {
  if (child === undefined && !undoable) return undefined;
  return { ...(child && { child: child.id }), ...(undoable && { undoable }) };
}
