import {
  CancelledError,
  describeError,
  HandlerError,
  InvalidOptionsError,
  TimeoutError,
} from '../kernel/errors.ts';
import { Invocation } from '../kernel/invocation.ts';
import { LazyResult } from '../kernel/lazy-result.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { Scope } from '../kernel/scope.ts';
import type { HandlerContext } from '../kernel/work.ts';
import { effectivePolicy, type Retry, retryAfter } from '../resilience/index.ts';
import { StepAttempt, type StepKeeper } from './attempt.ts';
import { type ContextRun, StepContext } from './context.ts';
import { Workflow } from './definition.ts';
import { RunFailedError, type StepFailure } from './errors.ts';
import type { RunEvent } from './events.ts';
import type { StepExecutor } from './executor.ts';
import type { Run, RunHost } from './handle.ts';
import { RunHistory } from './history.ts';
import type { Plan } from './plan.ts';
import { nextDecision, outputsOf, scopeOf } from './schedule.ts';
import { eventOf, type RunIdentity, type RunSnapshot, snapshotOf } from './snapshot.ts';
import {
  initialState,
  type RunEntry,
  type RunState,
  type RunStatus,
  reduce,
  type StepState,
} from './state.ts';
import type { StepFunction, StepTarget } from './step.ts';

/** A retry that waits for a free slot. */
interface Restart {
  readonly step: number;
  readonly number: number;
  readonly input: unknown;
  readonly retry: PromiseWithResolvers<unknown>;
}

/**
 * One execution of a workflow: takes decisions from the schedule, carries them out, and records what came of it.
 *
 * Each thing that happens is first recorded in the history, then added to the state, then told as an event.
 */
export class LiveRun extends Scope implements Run, StepKeeper, ContextRun {
  declare readonly runtime: Runtime;
  readonly id: string;
  readonly workflow: string;
  readonly #definition: Workflow;
  readonly #plan: Plan;
  readonly #state: RunState;
  readonly #host: RunHost;
  readonly #identity: RunIdentity;
  readonly #history = new RunHistory();
  readonly #result = new LazyResult();
  readonly #failures: StepFailure[] = [];
  readonly #restarts: Restart[] = [];
  #firstError: unknown = undefined;
  #input: unknown = undefined;
  #slotsInUse = 0;
  #advancing = false;
  #timeoutMs = Number.POSITIVE_INFINITY;
  #wallOffset = 0;

  constructor(host: RunHost, definition: Workflow, id: string, parent: RunIdentity['parent']) {
    super(host.runtime);
    this.id = id;
    this.workflow = definition.name;
    this.#definition = definition;
    this.#plan = definition.plan;
    this.#state = initialState(this.#plan);
    this.#host = host;
    this.#identity = { runId: id, workflow: definition.name, parent };
  }

  get status(): RunStatus {
    return this.#state.status;
  }
  get result(): Promise<unknown> {
    return this.#result.promise;
  }
  get executor(): StepExecutor {
    return this.#host.executor;
  }
  get graceMs(): number {
    return this.#host.graceMs;
  }
  /** Steps in the definition. */
  get size(): number {
    return this.#plan.steps.length;
  }

  async *events(): AsyncGenerator<RunEvent, undefined> {
    for await (const entry of this.#history.read())
      yield eventOf(this.#identity, this.#plan, this.#state, entry);
  }

  snapshot(): RunSnapshot {
    return snapshotOf(this.#identity, this.#plan, this.#state);
  }

  /** Starts to count its time. It may end at once: by a signal that has aborted, or with its parent. */
  accept(parent: Scope, signal: AbortSignal | undefined, timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
    const now = this.runtime.tick();
    this.#wallOffset = this.runtime.clock.now() - now;
    this.begin(parent, signal, timeoutMs, now);
  }

  /** Begins with the first steps. */
  start(input: unknown): void {
    if (this.ended) return;
    this.#input = input;
    this.runtime.tick();
    this.#record({ type: 'run.started', at: this.#at() });
    this.#advance();
  }

  /** Ends it before its first step: its input was refused. */
  refuse(error: unknown): void {
    this.runtime.tick();
    if (!this.ended) this.#fail(error);
  }

  idempotencyKeyOf(step: string): string {
    return `${this.id}/${step}`;
  }

  progressed(attempt: StepAttempt, value: unknown): void {
    const { events, clock } = this.runtime;
    if (attempt.ended || !events.wants('step.progressed')) return;
    const { parent, ...identity } = this.#identity;
    const facts = { at: clock.now(), ...identity, ...(parent === undefined ? {} : { parent }) };
    const event: RunEvent = { ...facts, type: 'step.progressed', step: attempt.id, value };
    events.emit(event);
  }

  attemptEnded(attempt: StepAttempt, succeeded: boolean, outcome: unknown): void {
    if (this.ended) return;
    const { step, retry } = attempt;
    if (succeeded) {
      if (retry === undefined) this.#completed(step, outcome);
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
      this.#host.stepAbandoned();
    }
    this.#advance();
  }

  /** Carries out every decision that can be carried out now. */
  #advance(): void {
    // A step that is done at once comes back here from below; the loop that started it goes on.
    if (this.#advancing) return;
    this.#advancing = true;
    while (!this.ended && this.#slotsInUse < this.#definition.concurrency) {
      const restart = this.#restarts.shift();
      if (restart !== undefined) {
        this.#startAttempt(restart.step, restart.number, restart.input, restart.retry);
        continue;
      }
      const decision = nextDecision(this.#plan, this.#state);
      if (decision === undefined) break;
      const { step, skip } = decision;
      if (skip === undefined) this.#startStep(step);
      else this.#record({ type: 'step.skipped', at: this.#at(), step, reason: skip });
    }
    this.#advancing = false;
    if (!this.ended && this.#state.left === 0) this.#finish();
  }

  #startStep(step: number): void {
    const { id, when, input } = this.#plan.steps[step]!;
    let value: unknown;
    try {
      const scope = scopeOf(this.#plan, this.#state, step, this.#input);
      if (when !== undefined) {
        const answer: unknown = when(scope as never);
        if (typeof answer !== 'boolean') {
          throw new InvalidOptionsError(
            `step "${id}"`,
            'when',
            'a function that returns true or false',
            answer,
          );
        }
        if (!answer) {
          this.#record({
            type: 'step.skipped',
            at: this.#at(),
            step,
            reason: { kind: 'condition' },
          });
          return;
        }
      }
      value = input === undefined ? scope : input(scope as never);
      // The host's code may have taken its time.
      if (when !== undefined || input !== undefined) this.runtime.tick();
    } catch (error) {
      this.#failed(step, new HandlerError(`the input of step "${id}"`, error));
      return;
    }
    this.#startAttempt(step, 1, value, undefined);
  }

  #startAttempt(
    step: number,
    number: number,
    input: unknown,
    retry: PromiseWithResolvers<unknown> | undefined,
  ): void {
    const { id, run, policy } = this.#plan.steps[step]!;
    const attempt = new StepAttempt(this.runtime, this, { step, id, number, input, retry });
    const stated = policy?.timeout ?? this.#definition.policy?.timeout;
    this.#slotsInUse++;
    this.#record({ type: 'step.started', at: this.#at(), step, attempt: number });
    if (typeof run === 'function') {
      attempt.start(this, stated ?? this.#host.codeTimeoutMs);
      const handler = run as (input: unknown, context: HandlerContext) => unknown;
      new Invocation(attempt, attempt).run(handler, input, new StepContext(attempt, this));
      return;
    }
    attempt.start(this, stated ?? Number.POSITIVE_INFINITY);
    this.#carryOut(run, attempt, stated !== undefined).then(
      (output) => {
        attempt.fulfil(output);
        this.slotFreed(false);
      },
      (error) => {
        attempt.fail(error);
        this.slotFreed(false);
      },
    );
  }

  #carryOut(
    target: Exclude<StepTarget, StepFunction>,
    attempt: StepAttempt,
    hasTimeout: boolean,
  ): Promise<unknown> {
    const work = { scope: attempt, runId: this.id, step: attempt.id, hasTimeout };
    if (target instanceof Workflow) {
      return this.#host.startWithin(attempt, { runId: this.id, step: attempt.id }, target, attempt.input);
    }
    const idempotencyKey = this.idempotencyKeyOf(attempt.id);
    return this.#host.executor.execute(target, attempt.input, { ...work, idempotencyKey });
  }

  /** The first attempt at a step failed: only now is there anything to know about retries. */
  #recover(attempt: StepAttempt, firstError: unknown): void {
    const { step, input } = attempt;
    const { policy } = this.#plan.steps[step]!;
    const inForce = effectivePolicy(
      policy,
      this.#definition.policy,
      this.#host.executor.policyBehind(firstError),
      this.#host.policy,
    );
    if (inForce.attempts === 1) {
      this.#failed(step, firstError);
      return;
    }
    const again = (number: number): Promise<unknown> => {
      const retry = Promise.withResolvers<unknown>();
      this.runtime.tick();
      this.#restarts.push({ step, number, input, retry });
      this.#advance();
      return retry.promise;
    };
    const onRetry = ({ attempt: next, delayMs, error }: Retry): void => {
      this.runtime.tick();
      const at = this.#at();
      this.#record({ type: 'step.retried', at, step, attempt: next, delayMs, error: describeError(error) });
    };
    retryAfter(firstError, inForce, this, again, onRetry).then(
      (output) => {
        this.runtime.tick();
        this.#completed(step, output);
      },
      (error) => {
        this.runtime.tick();
        this.#failed(step, error);
      },
    );
  }

  #completed(step: number, output: unknown): void {
    if (this.ended) return;
    this.#record({ type: 'step.completed', at: this.#at(), step, output });
    this.#advance();
  }

  #failed(step: number, error: unknown): void {
    if (this.ended) return;
    const record = describeError(error);
    this.#record({ type: 'step.failed', at: this.#at(), step, error: record });
    if (this.#failures.length === 0) this.#firstError = error;
    const state = this.#state.steps[step] as StepState & { status: 'failed' };
    this.#failures.push({ step: this.#plan.steps[step]!.id, attempts: state.attempts, error: record });
    this.#advance();
  }

  #finish(): void {
    if (this.#failures.length > 0) {
      this.#fail(new RunFailedError(this.id, this.workflow, this.#failures, this.#firstError));
      return;
    }
    let output: unknown;
    try {
      output = this.#definition.outputOf(outputsOf(this.#plan, this.#state));
    } catch (error) {
      const cause = new HandlerError(`the output of workflow "${this.workflow}"`, error);
      this.#fail(new RunFailedError(this.id, this.workflow, [], cause));
      return;
    }
    this.end();
    this.#record({ type: 'run.completed', at: this.#at() });
    this.#result.resolve(output);
    this.#close();
  }

  #fail(error: unknown): void {
    this.end();
    this.#record({ type: 'run.failed', at: this.#at(), error: describeError(error) });
    this.#result.reject(error);
    this.#close();
  }

  /** Cancelled, or out of time. What runs below is stopped right after this. */
  protected stopped(reason: unknown): void {
    this.runtime.tick();
    const at = this.#at();
    for (const [step, { status }] of this.#state.steps.entries()) {
      if (status === 'running') this.#record({ type: 'step.cancelled', at, step });
    }
    const type = reason instanceof TimeoutError ? 'run.failed' : 'run.cancelled';
    this.#record({ type, at, error: describeError(reason) });
    this.#result.reject(reason);
    this.#close();
  }

  protected cancellation(reason: unknown): Error {
    return new CancelledError(`run of workflow "${this.workflow}"`, reason);
  }

  protected timeout(): Error {
    return new TimeoutError(`run of workflow "${this.workflow}"`, this.#timeoutMs);
  }

  /** The wall time of what happens now: that of acceptance, and what has passed since on the monotonic clock. */
  #at(): number {
    return Math.round(this.#wallOffset + this.runtime.now);
  }

  #record(entry: RunEntry): void {
    reduce(this.#plan, this.#state, entry);
    this.#history.push(entry);
    const { events } = this.runtime;
    if (events.wants(entry.type)) events.emit(eventOf(this.#identity, this.#plan, this.#state, entry));
  }

  #close(): void {
    this.#history.close();
    this.#restarts.length = 0;
    this.#host.runEnded(this.id);
  }
}
