import { HandlerError } from '../kernel/errors.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { Scope } from '../kernel/scope.ts';
import type { Workflow } from './definition.ts';
import { RunFailedError } from './errors.ts';
import type { ParentStep, RunHost } from './handle.ts';
import type { Plan } from './plan.ts';
import { RunNotActiveError } from './run-errors.ts';
import { RunRecord } from './run-record.ts';
import type { RunPlace } from './snapshot.ts';
import type { RunStatus } from './state.ts';

/** What a run is, whatever happens to it. */
export abstract class RunBase extends Scope implements RunPlace {
  readonly definition: Workflow;
  readonly plan: Plan;
  readonly host: RunHost;
  readonly record: RunRecord;
  /** What the host keeps it under: the id that was given, or the number that its id is made of. */
  readonly handle: string | number;
  /** As its schema returned it; set before the start. */
  input: unknown;
  /** The text of its output, where that is stored. */
  protected outputText: string | undefined;
  /** The step that it is part of. */
  protected readonly parentStep: ParentStep | undefined;

  constructor(
    host: RunHost,
    definition: Workflow,
    handle: string | number,
    parent: ParentStep | undefined,
    plan: Plan,
  ) {
    super();
    this.handle = handle;
    this.definition = definition;
    this.plan = plan;
    this.host = host;
    this.parentStep = parent;
    this.record = new RunRecord(host.runtime, plan, this, host.payloadLimit);
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
  get rootId(): string {
    return this.parentStep?.rootId ?? this.id;
  }
  get workflow(): string {
    return this.definition.name;
  }
  get key(): string {
    return this.parentStep?.idempotencyKey ?? this.id;
  }
  get parent(): { readonly runId: string; readonly step: string } | undefined {
    return this.parentStep && { runId: this.parentStep.runId, step: this.parentStep.step };
  }
  get scope(): Scope {
    return this;
  }
  get endedAt(): number | undefined {
    return this.record.endedAt;
  }
  get status(): RunStatus {
    return this.record.status;
  }
  get isStored(): boolean {
    return this.record.isStored;
  }
  /** Steps in the definition. */
  get size(): number {
    return this.plan.steps.length;
  }

  lookAtTime(): void {
    if (this.runtime.tick() >= this.dueAt) this.expire(this.runtime.now);
  }

  /** @throws RunNotActiveError */
  demandOpen(): void {
    if (this.ended || this.record.state.status !== 'running')
      throw new RunNotActiveError(this.id, this.status);
  }

  /** It ends with an output, if that can be stored. */
  protected complete(output: unknown): void {
    try {
      this.outputText = this.record.payload(`output of workflow "${this.workflow}"`, output);
    } catch (error) {
      this.outputFailed(error);
      return;
    }
    this.fulfil(output);
  }

  protected outputFailed(error: unknown): void {
    const cause = new HandlerError(`the output of workflow "${this.workflow}"`, error);
    this.fail(new RunFailedError(this.id, this.workflow, [], cause));
  }
}
