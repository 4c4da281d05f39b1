import { WorkContext } from '../kernel/context.ts';
import { Alarm } from '../kernel/deadlines.ts';
import { invoke } from '../kernel/invocation.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { Scope } from '../kernel/scope.ts';
import type { Callee, HandlerContext, Requirement } from '../kernel/work.ts';
import { effectivePolicy, type Retry, retryAfter } from '../resilience/index.ts';
import { StepAttempt, type StepKeeper } from './attempt.ts';
import { Workflow } from './definition.ts';
import type { StepJob } from './executor.ts';
import type { RunHost } from './handle.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './run-record.ts';
import type { StepFunction, StepTarget } from './step.ts';

/** The run whose steps are carried out. */
export interface StepOwner {
  readonly id: string;
  /** What the idempotency keys of its steps begin with. */
  readonly key: string;
  /** What every attempt is part of. */
  readonly scope: Scope;
  readonly definition: Workflow;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly host: RunHost;
  stepCompleted(step: number, output: unknown): void;
  stepFailed(step: number, error: unknown): void;
  /** A retry waits for a free slot. */
  advance(): void;
  slotFreed(): void;
}

/** A retry that waits for a free slot. */
interface Restart {
  readonly step: number;
  readonly number: number;
  readonly input: unknown;
  readonly retry: PromiseWithResolvers<unknown>;
}

/** Carries out the steps of one run: attempt after attempt, under the one policy in force, within the run's slots. */
export class StepRunner implements StepKeeper {
  readonly #owner: StepOwner;
  readonly runtime: Runtime;
  readonly #restarts: Restart[] = [];
  /** The attempts under way, in no order that counts; each knows its place. */
  readonly #running: StepAttempt[] = [];
  /**
   * The one deadline behind which those of all attempts wait: the nearest of them, or one that was nearer. The attempts
   * under way are looked through when its time has come, which is cheaper than a deadline each.
   */
  readonly #alarm = new Alarm(() => this.#expire());
  readonly #concurrency: number;
  #slotsInUse = 0;

  constructor(owner: StepOwner) {
    this.#owner = owner;
    this.runtime = owner.host.runtime;
    this.#concurrency = owner.definition.concurrency;
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

  /** Starts the first attempt at a step. */
  start(step: number, input: unknown): void {
    this.#attempt(step, 1, input, undefined);
  }

  /** Starts the retry that has waited longest. Returns false when none waits. */
  restart(): boolean {
    const restart = this.#restarts.length === 0 ? undefined : this.#restarts.shift();
    if (restart === undefined) return false;
    this.#attempt(restart.step, restart.number, restart.input, restart.retry);
    return true;
  }

  /** The run has ended: no attempt counts any more. */
  close(reason: unknown): void {
    this.runtime.deadlines.disarm(this.#alarm);
    this.#restarts.length = 0;
    for (const attempt of this.#running.sort(byStep)) attempt.giveUp(reason);
    this.#running.length = 0;
  }

  attemptEnded(attempt: StepAttempt, succeeded: boolean, outcome: unknown): void {
    const { step, retry } = attempt;
    if (this.#owner.scope.ended) return;
    this.#remove(attempt);
    if (succeeded) {
      if (retry === undefined) this.#owner.stepCompleted(step, outcome);
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
    this.#owner.slotFreed();
  }

  #attempt(
    step: number,
    number: number,
    input: unknown,
    retry: PromiseWithResolvers<unknown> | undefined,
  ): void {
    const { plan, record, host } = this.#owner;
    const target = plan.targets[step]!;
    const attempt = new StepAttempt(this, step, number, input, retry, this.#timeLimit(step, target));
    this.#slotsInUse++;
    attempt.place = this.#running.push(attempt) - 1;
    record.stepStarted(step, number);
    // Whoever heard of the start may have cancelled the run.
    if (attempt.ended) return;
    this.#lookAt(attempt.dueAt);
    if (typeof target === 'function') {
      const handler = target as (input: unknown, context: HandlerContext) => unknown;
      invoke(attempt, handler, input, new WorkContext(attempt, host.executor));
    } else {
      this.#handOver(target, attempt);
    }
  }

  /** Whoever carries an attempt out for us counts from its own start, so that a wait for a free agent is not taken off it. */
  #timeLimit(step: number, target: StepTarget): number {
    const stated = this.#stated(step);
    if (typeof target === 'function') return stated ?? this.#owner.host.codeTimeoutMs;
    return target instanceof Workflow && stated !== undefined ? stated : Number.POSITIVE_INFINITY;
  }

  /** The time limit of an attempt, if the step or the workflow says. */
  #stated(step: number): number | undefined {
    const { plan, definition } = this.#owner;
    return plan.terms[step]!.policy?.timeout ?? definition.policy?.timeout;
  }

  /** Looks through the attempts at `dueAt` at the latest; the run's own time is watched without it. */
  #lookAt(dueAt: number): void {
    const alarm = this.#alarm;
    if (dueAt >= alarm.dueAt || dueAt >= this.#owner.scope.dueAt) return;
    const { deadlines, now } = this.runtime;
    deadlines.disarm(alarm);
    alarm.dueAt = dueAt;
    deadlines.arm(alarm, now);
  }

  /** Ends the attempts whose time is up. */
  #expire(): void {
    const now = this.runtime.tick();
    const { scope } = this.#owner;
    this.#alarm.dueAt = Number.POSITIVE_INFINITY;
    if (scope.dueAt <= now) scope.expire(now);
    // A list of their own: an attempt whose time is up leaves that of the run, and others may start.
    const overdue = this.#running.filter(({ dueAt }) => dueAt <= now);
    for (const attempt of overdue.sort(byStep)) attempt.timeUp();
    let next = scope.dueAt;
    for (const { dueAt } of this.#running) if (dueAt < next) next = dueAt;
    if (!scope.ended) this.#lookAt(next);
  }

  /** Gives an attempt to whoever can carry it out. */
  #handOver(target: Exclude<StepTarget, StepFunction>, attempt: StepAttempt): void {
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

  #jobFor(target: Exclude<StepTarget, StepFunction>, attempt: StepAttempt): StepJob {
    const { id: runId, host } = this.#owner;
    const { id: step, input, number, idempotencyKey, scope } = attempt;
    if (target instanceof Workflow)
      return host.startWithin(scope, { runId, step, idempotencyKey }, target, input);
    const timeoutMs = this.#stated(attempt.step);
    const work = { scope, runId, step, attempt: number, idempotencyKey, timeoutMs };
    return host.executor.execute(target as Callee<never, unknown> | Requirement, input, work);
  }

  /** The first attempt at a step failed: only now is there anything to know about retries. */
  #recover(attempt: StepAttempt, firstError: unknown): void {
    const { scope, plan, record, host, definition } = this.#owner;
    const { step, input } = attempt;
    const policy = effectivePolicy(
      plan.terms[step]!.policy,
      definition.policy,
      attempt.job?.policy,
      host.policy,
    );
    if (policy.attempts === 1) {
      this.#owner.stepFailed(step, firstError);
      return;
    }
    const again = (number: number): Promise<unknown> => {
      const retry = Promise.withResolvers<unknown>();
      this.runtime.tick();
      if (!scope.ended) this.#restarts.push({ step, number, input, retry });
      this.#owner.advance();
      return retry.promise;
    };
    const onRetry = ({ attempt: next, delayMs, error }: Retry): void => {
      this.runtime.tick();
      record.stepRetried(step, next, delayMs, error);
    };
    retryAfter(firstError, policy, scope, again, onRetry).then(
      (output) => {
        this.runtime.tick();
        this.#owner.stepCompleted(step, output);
      },
      (error) => {
        this.runtime.tick();
        this.#owner.stepFailed(step, error);
      },
    );
  }

  /** Takes an attempt off the list; the last one fills its place. */
  #remove({ place }: StepAttempt): void {
    const last = this.#running.pop()!;
    if (place === this.#running.length) return;
    this.#running[place] = last;
    last.place = place;
  }
}

/** What happens to many attempts at once happens in the order of the definition. */
function byStep(a: StepAttempt, b: StepAttempt): number {
  return a.step - b.step;
}
