import { Attempt } from '../kernel/attempt.ts';
import { TimeoutError } from '../kernel/errors.ts';
import type { SlotOwner } from '../kernel/invocation.ts';
import type { Scope } from '../kernel/scope.ts';
import type { StepJob } from './executor.ts';
import type { Child } from './handle.ts';

/** Whoever looks after the attempts at the steps of a run. */
export interface StepKeeper extends SlotOwner {
  /** The run. */
  readonly scope: Scope;
  /** The run's id. */
  readonly id: string;
  /** What the idempotency keys of its steps begin with. */
  readonly key: string;
  idOf(step: number): string;
  attemptEnded(attempt: StepAttempt, succeeded: boolean, outcome: unknown): void;
  slotFreed(abandoned: boolean): void;
  progressed(attempt: StepAttempt, value: unknown): void;
}

/** Neither run nor step can have the sign between them in its name, so different steps have different keys. */
export function keyOf(run: string, step: string): string {
  return `${run}>${step}`;
}

/** One attempt at a step of a run. */
export class StepAttempt extends Attempt {
  declare readonly owner: StepKeeper;
  /** The step's place in the definition. */
  readonly step: number;
  readonly input: unknown;
  /** The retry that waits for the outcome; undefined for the first attempt. */
  readonly retry: PromiseWithResolvers<unknown> | undefined;
  /** Set while somebody else carries it out. */
  job: StepJob | undefined;
  /** The run that carries it out, where runs are stored. */
  child: Child | undefined;
  /** Where it is on the list of its keeper. */
  place = -1;
  readonly #timeoutMs: number;

  constructor(
    keeper: StepKeeper,
    step: number,
    number: number,
    input: unknown,
    retry: PromiseWithResolvers<unknown> | undefined,
    timeoutMs: number,
  ) {
    super(keeper, keeper.scope, number, keeper.runtime.now + timeoutMs);
    this.#timeoutMs = timeoutMs;
    this.step = step;
    this.input = input;
    this.retry = retry;
  }

  /** The step's id. */
  get id(): string {
    return this.owner.idOf(this.step);
  }
  get label(): string {
    return `step "${this.id}"`;
  }
  get idempotencyKey(): string {
    return keyOf(this.owner.key, this.id);
  }
  get taskId(): undefined {
    return undefined;
  }
  get runId(): string {
    return this.owner.id;
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
    this.owner.progressed(this, value);
  }

  timeout(): Error {
    return new TimeoutError(this.label, this.#timeoutMs);
  }

  protected fulfilled(output: unknown): void {
    this.owner.attemptEnded(this, true, output);
  }

  protected failed(error: unknown): void {
    this.owner.attemptEnded(this, false, error);
  }

  slotFreed(abandoned: boolean): void {
    this.owner.slotFreed(abandoned);
  }
}
