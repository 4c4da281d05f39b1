import { checkName } from '../kernel/names.ts';
import { callable, list, optional, parseOption, parseOptions, refuse, refused } from '../kernel/options.ts';
import type { Schema, SchemaInput, SchemaOutput } from '../kernel/schema.ts';
import type { HandlerContext, Requirement, Runnable } from '../kernel/work.ts';
import type { Policy } from '../resilience/index.ts';
import { Workflow, type WorkflowFacts, type WorkflowSettings, workflowRules } from './definition.ts';
import { parseStep, type StepDefinition, type StepTarget } from './step.ts';

/** What a step sees: the run's input, and the outputs of the steps that it named in `after`. */
export type StepScope<I, S, A extends keyof S> = {
  /** The run's input, as its schema returned it. */
  readonly input: I;
} & {
  readonly [K in keyof Pick<S, A>]: Pick<S, A>[K];
};

/** The outputs, with one more. */
type With<S, Id extends string, O> = S & { [K in Id]: O };
/** The outputs, with one more that may be missing, as its step may not run. */
type Maybe<S, Id extends string, O> = S & { [K in Id]?: O };

/** What every step may say. */
interface StepFacts<A extends string> {
  /** The steps that must have ended before it; it starts as soon as they have. @default [] */
  readonly after?: readonly A[] | undefined;
  /** Attempts, backoff and timeout; what it leaves out comes from the workflow. */
  readonly policy?: Policy | undefined;
}

/** A step that may not run. */
export interface Conditional<I, S, A extends keyof S> {
  /** Whether it runs at all. A step that does not is skipped; those after it run without its output. */
  readonly when: (scope: StepScope<I, S, A>) => boolean;
}

/** A step that always runs. */
export interface Unconditional {
  /** Left out: it always runs. */
  readonly when?: undefined;
}

/** A step for a capability, an agent or another workflow. */
export interface TargetStep<I, S, A extends keyof S & string, TI, O> extends StepFacts<A> {
  /** The capability, agent or workflow that it is for. */
  readonly run: Runnable<TI, O>;
  /** Makes the input. */
  readonly input: (scope: StepScope<I, S, A>) => NoInfer<TI>;
}

/** A step for whoever fulfils a requirement. */
export interface RequirementStep<I, S, A extends keyof S & string> extends StepFacts<A> {
  /** What an agent must offer to get it. */
  readonly run: Requirement;
  /** Makes the input. */
  readonly input: (scope: StepScope<I, S, A>) => unknown;
}

/** A step that is a function of its own input. */
export interface FunctionStep<I, S, A extends keyof S & string, M, O> extends StepFacts<A> {
  /** The code; what it returns, or what its promise resolves to, is the step's output. */
  readonly run: (input: M, context: HandlerContext) => O;
  /** Makes the input. */
  readonly input: (scope: StepScope<I, S, A>) => M;
}

/** A step that is a function of what it sees. */
export interface ScopeStep<I, S, A extends keyof S & string, O> extends StepFacts<A> {
  /** The code; what it returns, or what its promise resolves to, is the step's output. */
  readonly run: (scope: StepScope<I, S, A>, context: HandlerContext) => O;
  /** Left out: the code gets what the step sees. */
  readonly input?: undefined;
}

/** A step of a workflow that is built from a list. */
export interface StepData {
  /** Unique in the workflow; any name but `input` and `then`. */
  readonly id: string;
  /** Code, or whom the step is for. */
  readonly run: ((input: never, context: HandlerContext) => unknown) | Runnable<never, unknown> | Requirement;
  /** The steps that must have ended before it. @default [] */
  readonly after?: readonly string[] | undefined;
  /** Makes the input; needed unless `run` is a function, which then gets the scope itself. */
  readonly input?: ((scope: Readonly<Record<string, unknown>>) => unknown) | undefined;
  /** Whether it runs at all. */
  readonly when?: ((scope: Readonly<Record<string, unknown>>) => boolean) | undefined;
  /** Attempts, backoff and timeout; what it leaves out comes from the workflow. */
  readonly policy?: Policy | undefined;
}

type AnyBuilder = WorkflowBuilder<unknown, unknown, unknown>;

/**
 * A workflow to which steps can be added. Each call returns a new one; every one of them can be run.
 *
 * @typeParam I What a run takes. @typeParam S The outputs of the steps so far, by id. @typeParam HI What steps see
 * of the input.
 */
export class WorkflowBuilder<I, S, HI = I> extends Workflow<I, { [K in keyof S]: S[K] }> {
  readonly #settings: WorkflowSettings;
  readonly #previous: AnyBuilder | undefined;
  readonly #step: StepDefinition | undefined;

  /** @internal */
  constructor(name: string, settings: WorkflowSettings, previous?: AnyBuilder, step?: StepDefinition) {
    super(name, settings, () => this.#list());
    this.#settings = settings;
    this.#previous = previous;
    this.#step = step;
  }

  /**
   * Adds a step. It starts the moment the steps in `after` have ended, whatever else is still running.
   *
   * @param id Its name: the key of its output in later scopes. Unique in the workflow; any name but `input` and `then`.
   * @throws InvalidNameError, InvalidOptionsError. Graph errors come when the workflow is first used.
   */
  step<const Id extends string, const A extends keyof S & string = never>(
    id: Id,
    step: RequirementStep<HI, S, A> & Conditional<HI, S, A>,
  ): WorkflowBuilder<I, Maybe<S, Id, unknown>, HI>;
  step<const Id extends string, const A extends keyof S & string = never>(
    id: Id,
    step: RequirementStep<HI, S, A> & Unconditional,
  ): WorkflowBuilder<I, With<S, Id, unknown>, HI>;
  step<const Id extends string, O, const A extends keyof S & string = never>(
    id: Id,
    step: ScopeStep<HI, S, A, O> & Conditional<HI, S, A>,
  ): WorkflowBuilder<I, Maybe<S, Id, Awaited<O>>, HI>;
  step<const Id extends string, O, const A extends keyof S & string = never>(
    id: Id,
    step: ScopeStep<HI, S, A, O> & Unconditional,
  ): WorkflowBuilder<I, With<S, Id, Awaited<O>>, HI>;
  step<const Id extends string, M, O, const A extends keyof S & string = never>(
    id: Id,
    step: FunctionStep<HI, S, A, M, O> & Conditional<HI, S, A>,
  ): WorkflowBuilder<I, Maybe<S, Id, Awaited<O>>, HI>;
  step<const Id extends string, M, O, const A extends keyof S & string = never>(
    id: Id,
    step: FunctionStep<HI, S, A, M, O> & Unconditional,
  ): WorkflowBuilder<I, With<S, Id, Awaited<O>>, HI>;
  step<const Id extends string, TI, O, const A extends keyof S & string = never>(
    id: Id,
    step: TargetStep<HI, S, A, TI, O> & Conditional<HI, S, A>,
  ): WorkflowBuilder<I, Maybe<S, Id, O>, HI>;
  step<const Id extends string, TI, O, const A extends keyof S & string = never>(
    id: Id,
    step: TargetStep<HI, S, A, TI, O> & Unconditional,
  ): WorkflowBuilder<I, With<S, Id, O>, HI>;
  step(id: string, step: object): WorkflowBuilder<I, S, HI> {
    return frozen(
      new WorkflowBuilder(this.name, this.#settings, this as unknown as AnyBuilder, parseStep(id, step)),
    );
  }

  /**
   * Says what a run gives back. Without it a run gives a record of the outputs of all steps.
   *
   * @param output Called once, when every step has ended well. Its promise, if it returns one, is waited for.
   */
  output<O>(output: (outputs: { readonly [K in keyof S]: S[K] }) => O): Workflow<I, Awaited<O>> {
    parseOption('workflow', 'output', callable<(outputs: never) => unknown>(), output);
    return frozen(new Workflow(this.name, this.#settings, () => this.#list(), output));
  }

  /** A list instead of recursion: the chain may be long. */
  #list(): readonly StepDefinition[] {
    const steps: StepDefinition[] = [];
    let builder: AnyBuilder | undefined = this as unknown as AnyBuilder;
    while (builder !== undefined) {
      if (builder.#step !== undefined) steps.push(builder.#step);
      builder = builder.#previous;
    }
    return steps.reverse();
  }
}

/** Options of {@link defineWorkflow} with a schema for the input. */
export interface ValidatedWorkflowOptions<IS extends Schema> extends WorkflowFacts {
  /** Validates the input of a run; any Standard Schema. */
  readonly input: IS;
}

/** Options of {@link defineWorkflow} without a schema. */
export interface WorkflowOptions extends WorkflowFacts {
  /** Left out: the input is not validated. */
  readonly input?: undefined;
}

/** Options of {@link defineWorkflow} for a graph that is built in a loop. */
export interface WorkflowData<O> extends WorkflowFacts {
  /** Validates the input of a run; any Standard Schema. */
  readonly input?: Schema | undefined;
  /** The steps, in any order; those that get ready together start in this one. */
  readonly steps: readonly StepData[];
  /** Makes the run's output. @default a record of the outputs of all steps */
  readonly output?: ((outputs: Readonly<Record<string, unknown>>) => O) | undefined;
}

/**
 * Defines a workflow from a list of steps, for graphs that are built in a loop or come from data.
 *
 * @throws InvalidNameError, InvalidOptionsError, DuplicateStepError, UnknownStepError, CycleError
 */
export function defineWorkflow<I = unknown, O = Readonly<Record<string, unknown>>>(
  name: string,
  data: WorkflowData<O>,
): Workflow<I, Awaited<O>>;
/**
 * Begins a workflow whose input is validated; add steps with `.step()`.
 *
 * @throws InvalidNameError, InvalidOptionsError
 */
export function defineWorkflow<IS extends Schema>(
  name: string,
  options: ValidatedWorkflowOptions<IS>,
): WorkflowBuilder<SchemaInput<IS>, unknown, SchemaOutput<IS>>;
/**
 * Begins a workflow; add steps with `.step()`. The input's type is what you say: `defineWorkflow<{ topic: string }>('brief')`.
 *
 * @throws InvalidNameError, InvalidOptionsError
 */
export function defineWorkflow<I = unknown>(
  name: string,
  options?: WorkflowOptions,
): WorkflowBuilder<I, unknown>;
export function defineWorkflow(name: string, options?: object): Workflow {
  checkName('workflow', name);
  if (!hasSteps(options)) {
    const settings = parseOptions<WorkflowSettings>('defineWorkflow', workflowRules, options);
    return frozen(new WorkflowBuilder(name, settings));
  }
  const { steps, output, ...settings } = parseOptions<
    WorkflowSettings & { steps: readonly StepDefinition[]; output: ((outputs: never) => unknown) | undefined }
  >(
    'defineWorkflow',
    { ...workflowRules, steps: list(parseStepData), output: optional(callable()) },
    options,
  );
  const workflow = new Workflow(name, settings, () => steps, output);
  // Checked now: whoever builds a graph from data wants to hear what is wrong with it where it is built.
  void workflow.plan;
  return frozen(workflow);
}

function hasSteps(options: object | undefined): boolean {
  try {
    return typeof options === 'object' && options !== null && 'steps' in options;
  } catch (error) {
    throw refused('defineWorkflow', 'options', error);
  }
}

function parseStepData(value: unknown): StepDefinition {
  if (typeof value !== 'object' || value === null) refuse('a step', value);
  const { id, ...step } = value as { id?: unknown; run: StepTarget };
  return parseStep(id, step);
}

/** The value itself: the type that `Object.freeze` returns has lost the private parts. */
function frozen<T extends object>(value: T): T {
  Object.freeze(value);
  return value;
}
