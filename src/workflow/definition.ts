import type { Duration } from '../kernel/durations.ts';
import { InvalidOptionsError } from '../kernel/errors.ts';
import { checkName } from '../kernel/names.ts';
import {
  callable,
  duration,
  fields,
  optional,
  parseOptions,
  type Rule,
  type Rules,
  refuse,
  whole,
  withDefault,
} from '../kernel/options.ts';
import { type Schema, schemaRule } from '../kernel/schema.ts';
import type { Runnable } from '../kernel/work.ts';
import { type Policy, type PolicySettings, policyRule } from '../resilience/index.ts';
import { type Fingerprints, fingerprintsOf } from './fingerprint.ts';
import { compile, type Plan } from './plan.ts';
import { describeWorkflow } from './plans/describe.ts';
import type { PlanDocument } from './plans/types.ts';
import type { StepDefinition } from './step.ts';

/** What a workflow says about itself, beside its steps. */
export interface WorkflowFacts {
  /** The longest time of a run, from its start; Infinity for none. @default Infinity */
  readonly deadline?: Duration | undefined;
  /** Attempts, backoff and timeout of each step that does not say itself. */
  readonly policy?: Policy | undefined;
  /** Steps of a run at once. 1 or more; Infinity for no limit. @default 1000 */
  readonly concurrency?: number | undefined;
  /** Which version of the workflow this is: text of 1 to 256 characters, or a number. @default '1' */
  readonly version?: string | number | undefined;
  /**
   * What happens when a run is resumed whose steps were others when it began. `'refuse'`: it is not, with
   * `DefinitionMismatchError`. `'compatible'`: it goes on, and what was recorded counts for the steps of the same ids.
   * `{ restartFrom }`: that step and all that come after it run again. `{ migrate }`: gets what was recorded, and returns
   * the outputs, by step, of those that count as completed.
   *
   * @default 'refuse'
   */
  readonly changed?:
    | 'refuse'
    | 'compatible'
    | {
        /** The id of a step. */
        readonly restartFrom: string;
      }
    | {
        /** Called once for each run, before it goes on; answers at once. */
        readonly migrate: Migrate;
      }
    | undefined;
}

/** What was recorded of a run whose workflow has changed since. */
export interface RecordedSteps {
  /** The run's id. */
  readonly runId: string;
  /** The version of the workflow that it began with. */
  readonly version: string;
  /** Its input. */
  readonly input: unknown;
  /** The outputs of the steps that completed, by id. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Makes the outputs of the steps that count as completed out of what was recorded. */
export type Migrate = (run: RecordedSteps) => Readonly<Record<string, unknown>>;

/** What happens to the runs of a workflow that has changed; as {@link WorkflowFacts} says. */
export type ChangeRule =
  | { readonly kind: 'refuse' }
  | { readonly kind: 'compatible' }
  | { readonly kind: 'restartFrom'; readonly step: string }
  | { readonly kind: 'migrate'; readonly migrate: Migrate };

/** {@link WorkflowFacts} and schema, parsed. */
export interface WorkflowSettings {
  readonly input: Schema | undefined;
  readonly deadline: number;
  readonly policy: PolicySettings | undefined;
  readonly concurrency: number;
  readonly version: string;
  readonly changed: ChangeRule;
}

const versionRule: Rule<string> = (value) => {
  const version = typeof value === 'number' && Number.isFinite(value) ? `${value}` : value;
  if (typeof version !== 'string' || version === '' || version.length > 256)
    refuse('text of 1 to 256 characters, or a number', value);
  return version as string;
};

const restartFields = fields<{ restartFrom: string }>({ restartFrom: (value) => checkName('step', value) });
const migrateFields = fields<{ migrate: Migrate }>({ migrate: callable<Migrate>() });

const changeRule: Rule<ChangeRule> = (value) => {
  if (value === 'refuse' || value === 'compatible') return Object.freeze({ kind: value });
  if (typeof value !== 'object' || value === null)
    refuse("'refuse', 'compatible', { restartFrom } or { migrate }", value);
  if ('migrate' in (value as object)) return Object.freeze({ kind: 'migrate', ...migrateFields(value) });
  return Object.freeze({ kind: 'restartFrom', step: restartFields(value).restartFrom });
};

/** How {@link WorkflowFacts} and the schema are read. */
export const workflowRules: Rules<WorkflowSettings> = {
  input: optional(schemaRule),
  deadline: withDefault(duration({ min: 1, infinity: true }), Number.POSITIVE_INFINITY),
  policy: optional(policyRule),
  concurrency: withDefault(whole({ min: 1, max: Number.POSITIVE_INFINITY }), 1_000),
  version: withDefault(versionRule, '1'),
  changed: withDefault(changeRule, Object.freeze({ kind: 'refuse' })),
};

/** What a workflow says that says nothing. */
export const WORKFLOW_DEFAULTS: WorkflowSettings = parseOptions('workflow', workflowRules, {});

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
  /** Which version of the workflow this is. */
  readonly version: string;
  /** @internal What happens to the runs of an earlier definition. */
  readonly changed: ChangeRule;
  declare readonly types?: {
    /** What a run takes. */
    readonly input: (input: I) => void;
    /** What a run gives back. */
    readonly output: O;
  };
  readonly #steps: () => readonly StepDefinition[];
  readonly #output: ((outputs: never) => unknown) | undefined;
  readonly #document: PlanDocument | undefined;
  #plan: Plan | undefined;
  #fingerprints: Fingerprints | undefined;

  /** @internal */
  constructor(
    name: string,
    settings: WorkflowSettings,
    steps: () => readonly StepDefinition[],
    output?: (outputs: never) => unknown,
    document?: PlanDocument,
  ) {
    this.name = name;
    this.input = settings.input;
    this.deadline = settings.deadline;
    this.policy = settings.policy;
    this.concurrency = settings.concurrency;
    this.version = settings.version;
    this.changed = settings.changed;
    this.#document = document;
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
    this.#plan ??= this.#compiled();
    return this.#plan;
  }

  /** @internal What tells whether its structure is that with which a run began; made once. */
  get fingerprints(): Fingerprints {
    this.#fingerprints ??= fingerprintsOf(this.plan.steps);
    return this.#fingerprints;
  }

  #compiled(): Plan {
    const plan = compile(this.name, this.#steps());
    const { changed } = this;
    if (changed.kind === 'restartFrom' && !plan.index.has(changed.step)) {
      const owner = `workflow "${this.name}"`;
      throw new InvalidOptionsError(owner, 'changed.restartFrom', 'the id of one of its steps', changed.step);
    }
    return plan;
  }

  /**
   * The workflow as data. Of one that was made from JSON that description, with the values of its parameters, from
   * which the same workflow can be made again. Of one that was made by code what data can say of it: where code
   * stood, `{ "$code": name }` stands, and what a step runs as code goes by the name of the function.
   *
   * @throws DuplicateStepError, UnknownStepError, CycleError
   */
  toJSON(): PlanDocument {
    return this.#document ?? describeWorkflow(this, this.#output);
  }

  /** @internal Makes the run's output from the outputs of its steps. */
  outputOf(outputs: object): unknown {
    return this.#output === undefined ? outputs : this.#output(outputs as never);
  }
}

/** The value itself: the type that `Object.freeze` returns has lost the private parts. */
export function frozen<T extends object>(value: T): T {
  Object.freeze(value);
  return value;
}
