import {
  type Agent,
  defineAgent,
  defineWorkflow,
  type HandlerContext,
  type Policy,
  type StepData,
  type Workflow,
} from '../../../src/index.ts';
import type { Simulation } from '../../../src/testing/index.ts';
import { chance, pick, whole } from './prove.ts';

/** What one step of a random workflow is. */
export interface StepPlan {
  readonly id: string;
  readonly after: readonly string[];
  /** What its `when` says; undefined for none. */
  readonly when: boolean | undefined;
  /** Whether it is a function, a task for the agent, or a workflow of one step. */
  readonly kind: 'code' | 'agent' | 'nested';
  readonly policy: Policy | undefined;
}

/** What a step gets, as its scope. */
export type Scope = Readonly<Record<string, unknown>>;

/** What all steps do. */
export type Body = (id: string, scope: Scope, context: HandlerContext) => unknown;

interface Parcel {
  readonly id: string;
  readonly scope: Scope;
}

/** Steps in any graph and any order of definition. */
export function planSteps(
  sim: Simulation,
  size: number,
  policies: readonly (Policy | undefined)[],
): StepPlan[] {
  const plans: StepPlan[] = [];
  for (let index = 0; index < size; index++) {
    const after = plans.filter(() => chance(sim, 2 / (index + 1))).map(({ id }) => id);
    plans.push({
      id: `s${index}`,
      after,
      when: pick(sim, [undefined, undefined, undefined, true, false]),
      kind: pick(sim, ['code', 'agent', 'nested'] as const),
      policy: pick(sim, policies),
    });
  }
  for (let index = plans.length - 1; index > 0; index--) {
    const other = whole(sim, 0, index);
    [plans[index], plans[other]] = [plans[other]!, plans[index]!];
  }
  return plans;
}

/** The agent that takes the steps of kind `agent`. */
export function stepAgent(name: string, concurrency: number, body: Body): Agent<Parcel, unknown> {
  return defineAgent(name, {
    concurrency,
    handle: ({ id, scope }: Parcel, context) => body(id, scope, context),
  });
}

/** The plans as a workflow. */
export function flowOf(
  plans: readonly StepPlan[],
  agent: Agent<Parcel, unknown>,
  body: Body,
  options: { readonly concurrency?: number } = {},
): Workflow<unknown, Record<string, unknown>> {
  const code = ({ id, scope }: Parcel, context: HandlerContext): unknown => body(id, scope, context);
  const nested = defineWorkflow('nested')
    .step('only', {
      run: (({ input }: { readonly input: Parcel }, context: HandlerContext) =>
        code(input, context)) as never,
    })
    .output(({ only }) => only);
  const run = { code, agent, nested };
  const steps = plans.map(({ id, after, when, kind, policy }) => ({
    id,
    after,
    run: run[kind] as never,
    input: (scope: Scope): Parcel => ({ id, scope }),
    ...(when === undefined ? {} : { when: () => when }),
    ...(policy === undefined ? {} : { policy }),
  }));
  return defineWorkflow('random', { ...options, steps: steps as never as StepData[] }) as never;
}
