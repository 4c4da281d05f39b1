import {
  CancelledError,
  describeError,
  HandlerError,
  InvalidOptionsError,
  TimeoutError,
} from '../kernel/errors.ts';
import { ignore, isThenable } from '../kernel/functions.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { Scope } from '../kernel/scope.ts';
import type { Workflow } from './definition.ts';
import { RunFailedError, type StepFailure } from './errors.ts';
import type { RunEvent } from './events.ts';
import type { ParentStep, Run, RunHost } from './handle.ts';
import type { Plan } from './plan.ts';
import { RunRecord } from './run-record.ts';
import { blockOf, NONE, nextStep, outputsOf, scopeOf } from './schedule.ts';
import type { RunPlace, RunSnapshot } from './snapshot.ts';
import type { RunStatus } from './state.ts';
import { type StepOwner, StepRunner } from './step-runner.ts';

/** One execution of a workflow: takes each step's turn from the schedule, has it carried out, and records the outcome. */
export class LiveRun extends Scope implements Run, StepOwner, RunPlace {
  readonly definition: Workflow;
  readonly plan: Plan;
  readonly host: RunHost;
  readonly record: RunRecord;
  /** What the host keeps it under: the id that was given, or the number that its id is made of. */
  readonly handle: string | number;
  /** As its schema returned it; set before the start. */
  input: unknown;
  previousListed: LiveRun | undefined;
  nextListed: LiveRun | undefined;
  readonly #parent: ParentStep | undefined;
  readonly #steps: StepRunner;
  #failures: StepFailure[] | undefined;
  #firstError: unknown;
  #advancing = false;
  /** True when steps may have their turn and no slot was free for them. */
  #starved = false;
  #finishing = false;
  #timeoutMs = Number.POSITIVE_INFINITY;

  constructor(host: RunHost, definition: Workflow, handle: string | number, parent: ParentStep | undefined) {
    super();
    this.handle = handle;
    this.definition = definition;
    this.plan = definition.plan;
    this.host = host;
    this.#parent = parent;
    this.record = new RunRecord(host.runtime, this.plan, this);
    this.#steps = new StepRunner(this);
  }

  get runtime(): Runtime {
    return this.host.runtime;
  }
  get id(): string {
    return typeof this.handle === 'string' ? this.handle : this.runtime.ids.text('run', this.handle);
  }
  get runId(): string {
    return this.id;
  }
  get workflow(): string {
    return this.definition.name;
  }
  get key(): string {
    return this.#parent?.idempotencyKey ?? this.id;
  }
  get parent(): { readonly runId: string; readonly step: string } | undefined {
    return this.#parent && { runId: this.#parent.runId, step: this.#parent.step };
  }
  get scope(): Scope {
    return this;
  }
  get status(): RunStatus {
    return this.record.state.status;
  }
  /** Steps in the definition. */
  get size(): number {
    return this.plan.steps.length;
  }

  events(): AsyncIterableIterator<RunEvent, undefined> {
    return this.record.events();
  }

  snapshot(): RunSnapshot {
    return this.record.snapshot();
  }

  /** Starts to count its time. It may end at once: by a signal that has aborted, or with its parent. */
  accept(parent: Scope, signal: AbortSignal | undefined, timeoutMs: number): void {
    const { runtime } = this;
    this.#timeoutMs = timeoutMs;
    runtime.deadlines.hold();
    this.begin(parent, signal, timeoutMs, runtime.now);
    this.watch(runtime.now);
  }

  /** Begins with the first steps. */
  start(): void {
    if (this.ended) return;
    this.record.runStarted();
    this.advance();
  }

  /** Sees to every step whose turn has come and that a slot is free for. */
  advance(): void {
    // A step that is done at once comes back here from below; the loop that started it goes on.
    if (this.#advancing) return;
    this.#advancing = true;
    while (!this.ended && this.#steps.hasFreeSlot) {
      if (this.#steps.restart()) continue;
      const step = nextStep(this.record.state);
      if (step === NONE) break;
      const reason = blockOf(this.plan, this.record.state, step);
      if (reason === undefined) this.#start(step);
      else this.record.stepSkipped(step, reason);
    }
    this.#advancing = false;
    this.#starved = !this.#steps.hasFreeSlot;
    if (!this.ended && this.record.state.left === 0 && !this.#finishing) this.#finish();
  }

  slotFreed(): void {
    if (this.#starved) this.advance();
  }

  stepCompleted(step: number, output: unknown): void {
    if (this.ended) return;
    this.record.stepCompleted(step, output);
    this.advance();
  }

  stepFailed(step: number, error: unknown): void {
    if (this.ended) return;
    const facts = describeError(error);
    this.record.stepFailed(step, facts);
    if (this.#failures === undefined) {
      this.#failures = [];
      this.#firstError = error;
    }
    const id = this.plan.ids[step]!;
    this.#failures.push({ step: id, attempts: this.record.state.attemptsOf(step), error: facts });
    this.advance();
  }

  #start(step: number): void {
    const { when, input } = this.plan.terms[step]!;
    let value: unknown;
    let making = 'condition';
    try {
      const scope = scopeOf(this.plan, this.record.state, step, this.input);
      if (when !== undefined && !this.#answers(step, when, scope)) {
        if (this.ended) return;
        this.record.stepSkipped(step, { kind: 'condition' });
        return;
      }
      making = 'input';
      value = input === undefined ? scope : input(scope as never);
      if (input !== undefined) refusePromise(this.plan.ids[step]!, 'input', value);
      // The host's code may have taken its time, or all the time there was.
      if ((when !== undefined || input !== undefined) && this.runtime.tick() >= this.dueAt) {
        this.expire(this.runtime.now);
      }
    } catch (error) {
      this.stepFailed(step, new HandlerError(`the ${making} of step "${this.plan.ids[step]}"`, error));
      return;
    }
    // The host's code may have cancelled the run.
    if (!this.ended) this.#steps.start(step, value);
  }

  #answers(step: number, when: (scope: never) => boolean, scope: object): boolean {
    const answer: unknown = when(scope as never);
    if (typeof answer === 'boolean') return answer;
    const id = this.plan.ids[step]!;
    refusePromise(id, 'when', answer);
    throw new InvalidOptionsError(`step "${id}"`, 'when', 'a function that returns true or false', answer);
  }

  #finish(): void {
    this.#finishing = true;
    if (this.#failures !== undefined) {
      this.fail(new RunFailedError(this.id, this.workflow, this.#failures, this.#firstError));
      return;
    }
    const failed = (error: unknown): void => {
      const cause = new HandlerError(`the output of workflow "${this.workflow}"`, error);
      this.fail(new RunFailedError(this.id, this.workflow, [], cause));
    };
    try {
      const output = this.definition.outputOf(outputsOf(this.plan, this.record.state));
      if (isThenable(output)) Promise.resolve(output).then((value) => this.fulfil(value), failed);
      else this.fulfil(output);
    } catch (error) {
      failed(error);
    }
  }

  protected override fulfilled(output: unknown): void {
    this.record.runCompleted();
    this.resolve(output);
    this.#steps.close(undefined);
    this.#close();
  }

  protected override failed(error: unknown): void {
    const cancelled = error === this.stopReason && !(error instanceof TimeoutError);
    // Before anybody hears of it: a signal that is first looked at then has aborted.
    this.#steps.close(error);
    this.record.runStopped(cancelled ? 'cancelled' : 'failed', error);
    this.reject(error);
    this.#close();
  }

  protected cancellation(reason: unknown): Error {
    return new CancelledError(`run of workflow "${this.workflow}"`, reason);
  }

  protected timeout(): Error {
    return new TimeoutError(`run of workflow "${this.workflow}"`, this.#timeoutMs);
  }

  #close(): void {
    this.runtime.deadlines.release();
    this.record.close();
    this.host.runEnded(this);
  }
}

/** Conditions and mappings answer at once: a promise must neither pass for an answer nor reject unheard. */
function refusePromise(step: string, option: string, answer: unknown): void {
  if (!isThenable(answer)) return;
  Promise.resolve(answer).catch(ignore);
  throw new InvalidOptionsError(`step "${step}"`, option, 'a function that answers at once', answer);
}
