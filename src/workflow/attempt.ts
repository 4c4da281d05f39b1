import type { ContextWork } from '../kernel/context.ts';
import { CancelledError, TimeoutError } from '../kernel/errors.ts';
import type { SlotOwner } from '../kernel/invocation.ts';
import { Pending } from '../kernel/pending.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { Scope } from '../kernel/scope.ts';
import type { StepJob } from './executor.ts';

/** Whoever looks after the attempts at the steps of a run. */
export interface StepKeeper {
  /** The run's id. */
  readonly id: string;
  /** What the idempotency keys of its steps begin with. */
  readonly key: string;
  readonly graceMs: number;
  idOf(step: number): string;
  attemptEnded(attempt: StepAttempt, succeeded: boolean, outcome: unknown): void;
  slotFreed(abandoned: boolean): void;
  progressed(attempt: StepAttempt, value: unknown): void;
}

/** One attempt at a step, from its start to its one outcome. */
export class StepAttempt extends Pending implements SlotOwner, ContextWork {
  /** The step's place in the definition. */
  readonly step: number;
  /** 1 for the first attempt. */
  readonly number: number;
  readonly input: unknown;
  /** The retry that waits for the outcome; undefined for the first attempt. */
  readonly retry: PromiseWithResolvers<unknown> | undefined;
  /** Set while somebody else carries it out. */
  job: StepJob | undefined = undefined;
  readonly #keeper: StepKeeper;
  #timeoutMs = Number.POSITIVE_INFINITY;

  constructor(
    runtime: Runtime,
    keeper: StepKeeper,
    step: number,
    number: number,
    input: unknown,
    retry: PromiseWithResolvers<unknown> | undefined,
  ) {
    super(runtime);
    this.#keeper = keeper;
    this.step = step;
    this.number = number;
    this.input = input;
    this.retry = retry;
  }

  /** The step's id. */
  get id(): string {
    return this.#keeper.idOf(this.step);
  }

  /** Starts to count its time, as part of the run. */
  start(run: Scope, timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
    this.begin(run, undefined, timeoutMs, this.runtime.now);
  }

  /** Neither run nor step can have the sign between them in its name, so different steps have different keys. */
  get idempotencyKey(): string {
    return `${this.#keeper.key}>${this.id}`;
  }
  get taskId(): undefined {
    return undefined;
  }
  get runId(): string {
    return this.#keeper.id;
  }
  get agent(): undefined {
    return undefined;
  }
  get capability(): undefined {
    return undefined;
  }
  get sender(): string {
    return this.id;
  }

  progressed(value: unknown): void {
    this.#keeper.progressed(this, value);
  }

  get label(): string {
    return `step "${this.id}"`;
  }

  get graceMs(): number {
    return this.#keeper.graceMs;
  }

  slotFreed(abandoned: boolean): void {
    this.#keeper.slotFreed(abandoned);
  }

  protected fulfilled(output: unknown): void {
    this.#keeper.attemptEnded(this, true, output);
  }

  protected failed(error: unknown): void {
    this.#keeper.attemptEnded(this, false, error);
  }

  protected cancellation(reason: unknown): Error {
    return new CancelledError(this.label, reason);
  }

  protected timeout(): Error {
    return new TimeoutError(this.label, this.#timeoutMs);
  }
}
