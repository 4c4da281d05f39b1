import type { Duration } from '../kernel/durations.ts';
import { checkName } from '../kernel/names.ts';
import { callable, parseOption, parseOptions } from '../kernel/options.ts';
import type { Schema, SchemaInput, SchemaOutput } from '../kernel/schema.ts';
import type { HandlerContext, Runnable } from '../kernel/work.ts';
import type { Policy } from '../resilience/index.ts';
import { frozen, Workflow, type WorkflowFacts, type WorkflowSettings, workflowRules } from './definition.ts';
import type { Undo } from './forms.ts';
import type { DecisionOf, GateOptions } from './gates.ts';
import type { SignalOptions } from './waits.ts';

/** What a step of a flow may say beside what it runs. */
export interface FlowStepOptions<O> {
  /** Attempts, backoff and timeout; what it leaves out comes from the flow. */
  readonly policy?: Policy | undefined;
  /** Takes back what it has done when the flow fails or is cancelled: gets its output. */
  readonly undo?: Undo<O> | undefined;
}

/**
 * What a flow does its work with. Each call is a step of the run, and has an id of its own: under it its outcome is on
 * record, and a flow that is resumed gets it again without the step being run.
 *
 * A step whose last attempt has failed rejects; the flow may catch that, and go on. When the run is stopped, steps that
 * are under way reject with what stopped it, and new ones with `RunNotActiveError`.
 */
export interface FlowContext {
  /** The run's id. */
  readonly runId: string;
  /** Aborts when the run is stopped. */
  readonly signal: AbortSignal;
  /**
   * Runs code as a step. Rejects with `InvalidNameError`, `InvalidOptionsError`, `DuplicateStepError`, or with what the
   * step failed with: after a resume that is a `RecordedError`.
   */
  step<O>(
    id: string,
    run: (context: HandlerContext) => O,
    options?: FlowStepOptions<Awaited<O>>,
  ): Promise<Awaited<O>>;
  /** Gives an input to a capability, an agent or a workflow as a step. */
  step<I, O>(id: string, target: Runnable<I, O>, input: NoInfer<I>, options?: FlowStepOptions<O>): Promise<O>;
  /** Waits. The time counts from the first start of the step, whatever happens to the process meanwhile. */
  sleep(id: string, time: Duration): Promise<void>;
  /** Waits for a signal to the run. */
  waitFor<T = unknown>(id: string, signal: string): Promise<T>;
  /** Waits for a signal whose value follows a schema. */
  waitFor<S extends Schema>(
    id: string,
    signal: string,
    options: SignalOptions<S> & { readonly schema: S },
  ): Promise<SchemaOutput<S>>;
  /** Waits for a decision. */
  gate<S extends Schema | undefined = undefined>(
    id: string,
    options: GateOptions<undefined, S, DecisionOf<S>>,
  ): Promise<DecisionOf<S>>;
}

/** The code of a flow. */
export type FlowBody<I, O> = (flow: FlowContext, input: I) => O;

/**
 * A workflow that is code: its steps are what the code asks for. Runs like any other.
 *
 * @typeParam I What a run takes. @typeParam O What a run gives back.
 */
export class Flow<I = unknown, O = unknown> extends Workflow<I, O> {
  /** @internal */
  readonly body: FlowBody<never, unknown>;

  /** @internal */
  constructor(name: string, settings: WorkflowSettings, body: FlowBody<never, unknown>) {
    super(name, settings, () => []);
    this.body = body;
  }
}

/** Options of {@link defineFlow} with a schema for the input. */
export interface ValidatedFlowOptions<IS extends Schema> extends Omit<WorkflowFacts, 'changed'> {
  /** Validates the input of a run; any Standard Schema. */
  readonly input: IS;
}

/** Options of {@link defineFlow}. */
export interface FlowOptions extends Omit<WorkflowFacts, 'changed'> {
  /** Left out: the input is not validated. */
  readonly input?: undefined;
}

/**
 * Defines a workflow as code: `defineFlow('order', async (flow, input) => { const a = await flow.step('a', …); … })`.
 *
 * When a run is resumed, the code runs again from its beginning, and steps that are on record give what they gave:
 * between the steps it must do the same again, so whatever depends on time, chance or the world outside belongs into a
 * step.
 *
 * @throws InvalidNameError, InvalidOptionsError
 */
export function defineFlow<I = undefined, O = unknown>(
  name: string,
  body: FlowBody<I, O>,
): Flow<I, Awaited<O>>;
export function defineFlow<IS extends Schema, O>(
  name: string,
  options: ValidatedFlowOptions<IS>,
  body: FlowBody<SchemaOutput<IS>, O>,
): Flow<SchemaInput<IS>, Awaited<O>>;
export function defineFlow<I = undefined, O = unknown>(
  name: string,
  options: FlowOptions,
  body: FlowBody<I, O>,
): Flow<I, Awaited<O>>;
export function defineFlow(name: string, ...rest: readonly unknown[]): Flow<never, unknown> {
  checkName('workflow', name);
  const [options, body] = rest.length === 1 ? [undefined, rest[0]] : rest;
  const { changed: _, ...rules } = workflowRules;
  const settings = parseOptions<Omit<WorkflowSettings, 'changed'>>('defineFlow', rules, options);
  const code = parseOption('defineFlow', 'body', callable<FlowBody<never, unknown>>(), body);
  // What is on record of a flow always counts: the code decides what it asks for.
  return frozen(new Flow<never, unknown>(name, { ...settings, changed: { kind: 'compatible' } }, code));
}
