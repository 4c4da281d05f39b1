import type { Duration } from '../kernel/durations.ts';
import { duration, optional, type Rules, whole, withDefault } from '../kernel/options.ts';
import { type Schema, schemaRule } from '../kernel/schema.ts';
import type { Runnable } from '../kernel/work.ts';
import { type Policy, type PolicySettings, policyRule } from '../resilience/index.ts';
import { compile, type Plan } from './plan.ts';
import type { StepDefinition } from './step.ts';

/** What a workflow says about itself, beside its steps. */
export interface WorkflowFacts {
  /** The longest time of a run, from its start; Infinity for none. @default Infinity */
  readonly deadline?: Duration | undefined;
  /** Attempts, backoff and timeout of each step that does not say itself. */
  readonly policy?: Policy | undefined;
  /** Steps of a run at once. 1 or more; Infinity for no limit. @default 1000 */
  readonly concurrency?: number | undefined;
}

/** {@link WorkflowFacts} and schema, parsed. */
export interface WorkflowSettings {
  readonly input: Schema | undefined;
  readonly deadline: number;
  readonly policy: PolicySettings | undefined;
  readonly concurrency: number;
}

/** How {@link WorkflowFacts} and the schema are read. */
export const workflowRules: Rules<WorkflowSettings> = {
  input: optional(schemaRule),
  deadline: withDefault(duration({ min: 1, infinity: true }), Number.POSITIVE_INFINITY),
  policy: optional(policyRule),
  concurrency: withDefault(whole({ min: 1, max: Number.POSITIVE_INFINITY }), 1_000),
};

/**
 * A workflow: a name, the steps and how they hang together. Frozen data; the same one can have many runs.
 *
 * @typeParam I What a run takes. @typeParam O What a run gives back.
 */
export class Workflow<I = unknown, O = unknown> implements Runnable<I, O> {
  readonly kind = 'workflow' as const;
  readonly name: string;
  /** Validates the input of a run. */
  readonly input: Schema | undefined;
  /** The longest time of a run in milliseconds, from its start; Infinity for none. */
  readonly deadline: number;
  /** What the definition says about attempts and timeouts of its steps, durations in milliseconds. */
  readonly policy: PolicySettings | undefined;
  /** Steps of a run at once; Infinity for no limit. */
  readonly concurrency: number;
  declare readonly types?: {
    /** What a run takes. */
    readonly input: (input: I) => void;
    /** What a run gives back. */
    readonly output: O;
  };
  readonly #steps: () => readonly StepDefinition[];
  readonly #output: ((outputs: never) => unknown) | undefined;
  #plan: Plan | undefined;

  /** @internal */
  constructor(
    name: string,
    settings: WorkflowSettings,
    steps: () => readonly StepDefinition[],
    output?: (outputs: never) => unknown,
  ) {
    this.name = name;
    this.input = settings.input;
    this.deadline = settings.deadline;
    this.policy = settings.policy;
    this.concurrency = settings.concurrency;
    this.#steps = steps;
    this.#output = output;
  }

  /**
   * The steps, in the order of definition.
   *
   * @throws DuplicateStepError, UnknownStepError, CycleError
   */
  get steps(): readonly StepDefinition[] {
    return this.plan.steps;
  }

  /** @internal The checked graph; made once. */
  get plan(): Plan {
    this.#plan ??= compile(this.name, this.#steps());
    return this.#plan;
  }

  /** @internal Makes the run's output from the outputs of its steps. */
  outputOf(outputs: object): unknown {
    return this.#output === undefined ? outputs : this.#output(outputs as never);
  }
}
