import { checkName } from '../kernel/names.ts';
import { callable, list, optional, parseOptions, refused } from '../kernel/options.ts';
import type { Schema, SchemaInput, SchemaOutput } from '../kernel/schema.ts';
import { WorkflowBuilder } from './builder.ts';
import { frozen, Workflow, type WorkflowFacts, type WorkflowSettings, workflowRules } from './definition.ts';
import { workflowFromJSON } from './plans/from-json.ts';
import type { StepDefinition } from './step.ts';
import { parseStepData, type StepData } from './step-data.ts';

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

export declare namespace defineWorkflow {
  /**
   * Makes a workflow out of data: a JSON document, as an object or a text, that follows `planSchema`. What it names it finds
   * in the tables of the options, and nothing of it is run as code.
   *
   * @throws InvalidPlanError with all that is wrong and where, InvalidOptionsError
   */
  let fromJSON: typeof workflowFromJSON;
}

defineWorkflow.fromJSON = workflowFromJSON;

function hasSteps(options: object | undefined): boolean {
  try {
    return typeof options === 'object' && options !== null && 'steps' in options;
  } catch (error) {
    throw refused('defineWorkflow', 'options', error);
  }
}
