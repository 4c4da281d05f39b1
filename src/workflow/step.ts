import { checkName } from '../kernel/names.ts';
import {
  callable,
  list,
  optional,
  parseOptions,
  type Rule,
  type Rules,
  refuse,
  withDefault,
} from '../kernel/options.ts';
import type { HandlerContext, Requirement, Runnable } from '../kernel/work.ts';
import { type PolicySettings, policyRule } from '../resilience/index.ts';

/** A step's own code. */
export type StepFunction = (input: never, context: HandlerContext) => unknown;

/** What a step runs: plain code, or a capability, an agent, a workflow or a requirement that somebody fulfils. */
export type StepTarget = StepFunction | Runnable<never, unknown> | Requirement;

/** What a step is made of, everything decided. */
export interface StepDefinition {
  /** Unique in the workflow. */
  readonly id: string;
  /** Code, or whom the step is for. */
  readonly run: StepTarget;
  /** The steps that must have ended before it. */
  readonly after: readonly string[];
  /** Makes the input from the run's input and the outputs of the steps in `after`. */
  readonly input: ((scope: never) => unknown) | undefined;
  /** Says whether the step runs at all. */
  readonly when: ((scope: never) => boolean) | undefined;
  /** What the step says about attempts and timeouts, durations in milliseconds. */
  readonly policy: PolicySettings | undefined;
}

const KINDS: ReadonlySet<unknown> = new Set(['capability', 'agent', 'workflow']);

const targetRule: Rule<StepTarget> = (value) => {
  if (typeof value === 'function') return callable<StepFunction>()(value);
  if (typeof value === 'object' && value !== null) {
    if (KINDS.has((value as Runnable).kind)) return value as Runnable;
    if ('capabilities' in value || 'specializations' in value || 'agent' in value)
      return value as Requirement;
  }
  return refuse('a function, capability, agent, workflow or requirement', value);
};

const stepRules: Rules<Omit<StepDefinition, 'id'>> = {
  run: targetRule,
  after: withDefault(
    list<string>((value) => checkName('step', value)),
    [],
  ),
  input: optional(callable<(scope: never) => unknown>()),
  when: optional(callable<(scope: never) => boolean>()),
  policy: optional(policyRule),
};

/** Reads one step. @throws InvalidNameError, InvalidOptionsError */
export function parseStep(id: unknown, options: unknown): StepDefinition {
  const name = checkName('step', id);
  const step = parseOptions<Omit<StepDefinition, 'id'>>(`step "${name}"`, stepRules, options);
  parseOptions(`step "${name}"`, { input: () => checkInput(step), id: () => checkId(name) }, {});
  const { run, input, when, policy } = step;
  // Written out: what a spread adds lies outside of the object, and with many steps each is fetched anew.
  return Object.freeze({
    id: name,
    run,
    after: Object.freeze([...new Set(step.after)]),
    input,
    when,
    policy,
  });
}

/**
 * The scope of a step is a record with `input` beside the outputs, so no step can have that name. With one named
 * `then` the record of the outputs could pass for a promise.
 */
function checkId(id: string): void {
  if (id === 'input' || id === 'then') refuse(`another name than "${id}"`, id);
}

function checkInput({ run, input }: Omit<StepDefinition, 'id'>): void {
  if (typeof run !== 'function' && input === undefined) refuse('a function when `run` is no function', input);
}
