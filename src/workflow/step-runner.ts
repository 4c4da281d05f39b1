import { WorkContext } from '../kernel/context.ts';
import { describeError } from '../kernel/errors.ts';
import { Invocation } from '../kernel/invocation.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { Scope } from '../kernel/scope.ts';
import type { Callee, HandlerContext, Requirement } from '../kernel/work.ts';
import { effectivePolicy, type Retry, retryAfter } from '../resilience/index.ts';
import { StepAttempt, type StepKeeper } from './attempt.ts';
import { Workflow } from './definition.ts';
import type { StepJob } from './executor.ts';
import type { RunHost } from './handle.ts';
import type { RunRecord } from './run-record.ts';
import type { StepDefinition, StepFunction, StepTarget } from './step.ts';

/** The run whose steps are carried out. */
export interface StepOwner {
  readonly id: string;
  /** What the idempotency keys of its steps begin with. */
  readonly key: string;
  /** What every attempt is part of. */
  readonly scope: Scope;
  readonly definition: Workflow;
  readonly record: RunRecord;
  readonly host: RunHost;
  stepCompleted(step: number, output: unknown): void;
  stepFailed(step: number, error: unknown): void;
  /** A slot is free, or a retry waits for one. */
  advance(): void;
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
  readonly #runtime: Runtime;
  readonly #restarts: Restart[] = [];
  #slotsInUse = 0;

  constructor(owner: StepOwner) {
    this.#owner = owner;
    this.#runtime = owner.host.runtime;
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
    return this.#slotsInUse < this.#owner.definition.concurrency;
  }

  idOf(step: number): string {
    return this.#definitionOf(step).id;
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

  /** Forgets the retries that wait. */
  close(): void {
    this.#restarts.length = 0;
  }

  attemptEnded(attempt: StepAttempt, succeeded: boolean, outcome: unknown): void {
    if (this.#owner.scope.ended) return;
    const { step, retry } = attempt;
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
      this.#runtime.tick();
      this.#owner.host.stepAbandoned();
    }
    this.#owner.advance();
  }

  #attempt(
    step: number,
    number: number,
    input: unknown,
    retry: PromiseWithResolvers<unknown> | undefined,
  ): void {
    const { scope, record, host, definition } = this.#owner;
    const { run, policy } = this.#definitionOf(step);
    const attempt = new StepAttempt(this.#runtime, this, step, number, input, retry);
    const stated = policy?.timeout ?? definition.policy?.timeout;
    this.#slotsInUse++;
    record.add({ type: 'step.started', at: record.at, step, attempt: number });
    attempt.start(scope, this.#timeLimit(run, stated));
    // Whoever heard of the start may have cancelled the run.
    if (attempt.ended) return;
    if (typeof run === 'function') {
      const handler = run as (input: unknown, context: HandlerContext) => unknown;
      new Invocation(attempt, attempt).run(handler, input, new WorkContext(attempt, host.executor));
    } else {
      this.#handOver(run, attempt, stated);
    }
  }

  /**
   * How long an attempt may take from here. Whoever carries it out for us counts from its own start, so that a wait
   * for a free agent is not taken off it.
   */
  #timeLimit(run: StepTarget, stated: number | undefined): number {
    if (typeof run === 'function') return stated ?? this.#owner.host.codeTimeoutMs;
    return run instanceof Workflow && stated !== undefined ? stated : Number.POSITIVE_INFINITY;
  }

  /** Gives an attempt to whoever can carry it out. */
  #handOver(
    target: Exclude<StepTarget, StepFunction>,
    attempt: StepAttempt,
    timeoutMs: number | undefined,
  ): void {
    const settled = (): void => this.slotFreed(false);
    try {
      attempt.job = this.#jobFor(target, attempt, timeoutMs);
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

  #jobFor(
    target: Exclude<StepTarget, StepFunction>,
    attempt: StepAttempt,
    timeoutMs: number | undefined,
  ): StepJob {
    const { id: runId, host } = this.#owner;
    const { id: step, input, number, idempotencyKey } = attempt;
    if (target instanceof Workflow)
      return host.startWithin(attempt, { runId, step, idempotencyKey }, target, input);
    const work = { scope: attempt, runId, step, attempt: number, idempotencyKey, timeoutMs };
    return host.executor.execute(target as Callee<never, unknown> | Requirement, input, work);
  }

  /** The first attempt at a step failed: only now is there anything to know about retries. */
  #recover(attempt: StepAttempt, firstError: unknown): void {
    const { scope, record, host, definition } = this.#owner;
    const { step, input } = attempt;
    const policy = effectivePolicy(
      this.#definitionOf(step).policy,
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
      this.#runtime.tick();
      if (!scope.ended) this.#restarts.push({ step, number, input, retry });
      this.#owner.advance();
      return retry.promise;
    };
    const onRetry = ({ attempt: next, delayMs, error }: Retry): void => {
      this.#runtime.tick();
      const { at } = record;
      record.add({ type: 'step.retried', at, step, attempt: next, delayMs, error: describeError(error) });
    };
    retryAfter(firstError, policy, scope, again, onRetry).then(
      (output) => {
        this.#runtime.tick();
        this.#owner.stepCompleted(step, output);
      },
      (error) => {
        this.#runtime.tick();
        this.#owner.stepFailed(step, error);
      },
    );
  }

  #definitionOf(step: number): StepDefinition {
    return this.#owner.definition.plan.steps[step]!;
  }
}
