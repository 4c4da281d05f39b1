import {
  CancelledError,
  describeError,
  HandlerError,
  InvalidOptionsError,
  TimeoutError,
} from '../kernel/errors.ts';
import { ignore, isThenable } from '../kernel/functions.ts';
import { LazyResult } from '../kernel/lazy-result.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { Scope } from '../kernel/scope.ts';
import type { Workflow } from './definition.ts';
import { RunFailedError, type StepFailure } from './errors.ts';
import type { RunEvent } from './events.ts';
import type { ParentStep, Run, RunHost } from './handle.ts';
import { RunRecord } from './run-record.ts';
import { blockOf, NONE, nextStep, outputsOf, scopeOf } from './schedule.ts';
import type { RunSnapshot } from './snapshot.ts';
import type { RunStatus, StepState } from './state.ts';
import { type StepOwner, StepRunner } from './step-runner.ts';

/** One execution of a workflow: takes each step's turn from the schedule, has it carried out, and records the outcome. */
export class LiveRun extends Scope implements Run, StepOwner {
  declare readonly runtime: Runtime;
  readonly id: string;
  readonly workflow: string;
  readonly key: string;
  readonly definition: Workflow;
  readonly host: RunHost;
  readonly record: RunRecord;
  readonly #steps: StepRunner;
  readonly #result = new LazyResult();
  readonly #failures: StepFailure[] = [];
  #firstError: unknown = undefined;
  #input: unknown = undefined;
  #advancing = false;
  #finishing = false;
  #timeoutMs = Number.POSITIVE_INFINITY;

  constructor(host: RunHost, definition: Workflow, id: string, parent: ParentStep | undefined) {
    super(host.runtime);
    this.id = id;
    this.workflow = definition.name;
    this.definition = definition;
    this.host = host;
    this.key = parent?.idempotencyKey ?? id;
    const place = parent === undefined ? undefined : { runId: parent.runId, step: parent.step };
    this.record = new RunRecord(host.runtime, definition.plan, {
      runId: id,
      workflow: this.workflow,
      parent: place,
    });
    this.#steps = new StepRunner(this);
  }

  get scope(): Scope {
    return this;
  }
  get status(): RunStatus {
    return this.record.state.status;
  }
  get result(): Promise<unknown> {
    return this.#result.promise;
  }
  /** Steps in the definition. */
  get size(): number {
    return this.definition.plan.steps.length;
  }

  events(): AsyncIterableIterator<RunEvent, undefined> {
    return this.record.events();
  }

  snapshot(): RunSnapshot {
    return this.record.snapshot();
  }

  /** Starts to count its time. It may end at once: by a signal that has aborted, or with its parent. */
  accept(parent: Scope, signal: AbortSignal | undefined, timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
    this.runtime.deadlines.hold();
    this.begin(parent, signal, timeoutMs, this.runtime.tick());
  }

  /** Begins with the first steps. */
  start(input: unknown): void {
    if (this.ended) return;
    this.#input = input;
    this.runtime.tick();
    this.record.add({ type: 'run.started', at: this.record.at });
    this.advance();
  }

  /** Ends it before its first step: its input was refused. */
  refuse(error: unknown): void {
    this.#fail(error);
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
      const reason = blockOf(this.definition.plan, this.record.state, step);
      if (reason === undefined) this.#start(step);
      else this.record.add({ type: 'step.skipped', at: this.record.at, step, reason });
    }
    this.#advancing = false;
    if (!this.ended && this.record.state.left === 0 && !this.#finishing) this.#finish();
  }

  stepCompleted(step: number, output: unknown): void {
    if (this.ended) return;
    this.record.add({ type: 'step.completed', at: this.record.at, step, output });
    this.advance();
  }

  stepFailed(step: number, error: unknown): void {
    if (this.ended) return;
    const { record } = this;
    const facts = describeError(error);
    record.add({ type: 'step.failed', at: record.at, step, error: facts });
    if (this.#failures.length === 0) this.#firstError = error;
    const { attempts } = record.state.steps[step] as StepState & { status: 'failed' };
    this.#failures.push({ step: this.definition.plan.steps[step]!.id, attempts, error: facts });
    this.advance();
  }

  #start(step: number): void {
    const { id, when, input } = this.definition.plan.steps[step]!;
    let value: unknown;
    let making = 'condition';
    try {
      const scope = scopeOf(this.definition.plan, this.record.state, step, this.#input);
      if (when !== undefined && !this.#answers(id, when, scope)) {
        if (this.ended) return;
        this.record.add({ type: 'step.skipped', at: this.record.at, step, reason: { kind: 'condition' } });
        return;
      }
      making = 'input';
      value = input === undefined ? scope : input(scope as never);
      if (input !== undefined) refusePromise(id, 'input', value);
      // The host's code may have taken its time, or all the time there was.
      if ((when !== undefined || input !== undefined) && this.runtime.tick() >= this.dueAt) {
        this.expire(this.runtime.now);
      }
    } catch (error) {
      this.stepFailed(step, new HandlerError(`the ${making} of step "${id}"`, error));
      return;
    }
    // The host's code may have cancelled the run.
    if (!this.ended) this.#steps.start(step, value);
  }

  #answers(id: string, when: (scope: never) => boolean, scope: object): boolean {
    const answer: unknown = when(scope as never);
    if (typeof answer === 'boolean') return answer;
    refusePromise(id, 'when', answer);
    throw new InvalidOptionsError(`step "${id}"`, 'when', 'a function that returns true or false', answer);
  }

  #finish(): void {
    this.#finishing = true;
    if (this.#failures.length > 0) {
      this.#fail(new RunFailedError(this.id, this.workflow, this.#failures, this.#firstError));
      return;
    }
    const failed = (error: unknown): void => {
      const cause = new HandlerError(`the output of workflow "${this.workflow}"`, error);
      this.#fail(new RunFailedError(this.id, this.workflow, [], cause));
    };
    try {
      const output = this.definition.outputOf(outputsOf(this.definition.plan, this.record.state));
      if (isThenable(output)) Promise.resolve(output).then((value) => this.#succeed(value), failed);
      else this.#succeed(output);
    } catch (error) {
      failed(error);
    }
  }

  #succeed(output: unknown): void {
    // The code that makes the output may have cancelled the run.
    if (this.ended) return;
    this.runtime.tick();
    this.end();
    this.record.add({ type: 'run.completed', at: this.record.at });
    this.#result.resolve(output);
    this.#close();
  }

  #fail(error: unknown): void {
    if (this.ended) return;
    this.runtime.tick();
    this.end();
    this.record.add({ type: 'run.failed', at: this.record.at, error: describeError(error) });
    this.#result.reject(error);
    this.#close();
  }

  /** Cancelled, or out of time. What runs below is stopped right after this. */
  protected stopped(reason: unknown): void {
    const { at, state } = this.record;
    for (const [step, { status }] of state.steps.entries()) {
      if (status === 'running') this.record.add({ type: 'step.cancelled', at, step });
    }
    const type = reason instanceof TimeoutError ? 'run.failed' : 'run.cancelled';
    this.record.add({ type, at, error: describeError(reason) });
    this.#result.reject(reason);
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
    this.#steps.close();
    this.host.runEnded(this.id);
  }
}

/** Conditions and mappings answer at once: a promise must neither pass for an answer nor reject unheard. */
function refusePromise(step: string, option: string, answer: unknown): void {
  if (!isThenable(answer)) return;
  Promise.resolve(answer).catch(ignore);
  throw new InvalidOptionsError(`step "${step}"`, option, 'a function that answers at once', answer);
}
