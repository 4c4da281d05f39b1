import { CycleError, DuplicateStepError, UnknownStepError } from './errors.ts';
import type { Join } from './joins.ts';
import type { StepDefinition, StepTarget } from './step.ts';

/** The output of a step that has none. */
export const NOTHING: unique symbol = Symbol('nothing');

/** What a step may say beside what it runs and after which others. */
type StepTerms = Pick<StepDefinition, 'when' | 'input' | 'policy'>;

/** One object for all steps that say none of it, which is most: to start them, none of their own need be looked at. */
const NO_TERMS: StepTerms = Object.freeze({ when: undefined, input: undefined, policy: undefined });

/**
 * A checked graph, steps as numbers. Steps and edges lie in flat arrays: with an array or an object for each step to
 * look at, even walking the graph costs several times as much once there are many.
 */
export interface Plan {
  readonly steps: readonly StepDefinition[];
  readonly index: ReadonlyMap<string, number>;
  readonly ids: readonly string[];
  /** What each step runs. */
  readonly targets: readonly StepTarget[];
  /** What each step says beside that. */
  readonly terms: readonly StepTerms[];
  /** For each step, how many steps it waits for. */
  readonly waits: readonly number[];
  /** For each step, its join; undefined where each step waits for all, as most plans say. */
  readonly joins: readonly (Join | undefined)[] | undefined;
  /** The steps that a certain time from the start of the run lets begin: those that join `before`. */
  readonly timed: readonly number[];
  /** True when a step says how it is undone. */
  readonly undoable: boolean;
  /** The outputs of a run that has not begun. */
  readonly outputs: readonly unknown[];
  /** The steps that step i waits for are `dependencies[firstDependency[i]]` to before `firstDependency[i + 1]`. */
  readonly dependencies: Int32Array;
  /** The ids of {@link dependencies}. */
  readonly dependencyIds: readonly string[];
  readonly firstDependency: Int32Array;
  /** The steps that wait for step i are `dependants[firstDependant[i]]` to before `firstDependant[i + 1]`. */
  readonly dependants: Int32Array;
  readonly firstDependant: Int32Array;
  /** The steps that wait for nothing. */
  readonly roots: readonly number[];
  /** As long as the list of the steps, and begins with the roots: where a run writes down whose turn has come. */
  readonly ready: readonly number[];
  /** The prototype of what steps see; empty, or null. */
  readonly scopeRoot: object | null;
}

/**
 * Up to so many steps, what they see is best made in as many fixed shapes, which V8 keeps by prototype. Beyond it
 * looking for the shape takes longer than filling a hash table, which is what an object without a prototype is.
 */
const MOST_SHAPES = 100;

/**
 * Checks the steps and lays out their graph, in time that grows with steps and edges.
 *
 * @throws DuplicateStepError, UnknownStepError, CycleError
 */
export function compile(workflow: string, steps: readonly StepDefinition[]): Plan {
  const index = new Map<string, number>();
  for (const [number, { id }] of steps.entries()) {
    if (index.has(id)) throw new DuplicateStepError(workflow, id);
    index.set(id, number);
  }
  const size = steps.length;
  const waits: number[] = new Array(size).fill(0);
  const firstDependency = new Int32Array(size + 1);
  const firstDependant = new Int32Array(size + 1);
  const dependencies: number[] = [];
  for (const [number, { id, after }] of steps.entries()) {
    waits[number] = after.length;
    for (const name of after) {
      const dependency = index.get(name);
      if (dependency === undefined) throw new UnknownStepError(workflow, id, name);
      dependencies.push(dependency);
      firstDependant[dependency + 1]!++;
    }
    firstDependency[number + 1] = dependencies.length;
  }
  for (let number = 0; number < size; number++) firstDependant[number + 1]! += firstDependant[number]!;
  const dependants = new Int32Array(dependencies.length);
  const next = firstDependant.slice(0, size);
  for (let number = 0; number < size; number++) {
    for (let edge = firstDependency[number]!; edge < firstDependency[number + 1]!; edge++) {
      dependants[next[dependencies[edge]!]!++] = number;
    }
  }
  const ids = steps.map(({ id }) => id);
  const roots: number[] = [];
  for (let number = 0; number < size; number++) if (waits[number] === 0) roots.push(number);
  const plan: Plan = {
    steps: Object.freeze([...steps]),
    index,
    ids,
    targets: steps.map(({ run }) => run),
    terms: steps.map(termsOf),
    waits,
    joins: steps.some(({ join }) => join !== undefined) ? steps.map(({ join }) => join) : undefined,
    timed: [...steps.keys()].filter((step) => steps[step]!.join?.kind === 'before'),
    undoable: steps.some(({ undo }) => undo !== undefined),
    outputs: new Array<unknown>(size).fill(NOTHING),
    dependencies: Int32Array.from(dependencies),
    dependencyIds: dependencies.map((dependency) => ids[dependency]!),
    firstDependency,
    dependants,
    firstDependant,
    roots,
    ready: [...roots, ...new Array<number>(size - roots.length).fill(-1)],
    scopeRoot: size > MOST_SHAPES ? null : Object.freeze(Object.create(null)),
  };
  checkAcyclic(workflow, plan);
  return plan;
}

function termsOf(step: StepDefinition): StepTerms {
  return (step.when ?? step.input ?? step.policy) === undefined ? NO_TERMS : step;
}

/** Takes away step after step that waits for nothing (Kahn 1962); what stays waits for itself. */
function checkAcyclic(
  workflow: string,
  { steps, index, ids, waits, dependants, firstDependant, roots }: Plan,
): void {
  const left = waits.slice();
  const ready = [...roots];
  for (let taken = 0; taken < ready.length; taken++) {
    const step = ready[taken]!;
    for (let edge = firstDependant[step]!; edge < firstDependant[step + 1]!; edge++) {
      const dependant = dependants[edge]!;
      if (--left[dependant]! === 0) ready.push(dependant);
    }
  }
  if (ready.length === steps.length) return;

  // Each step that is left waits for another that is left: going from one to the next must come round.
  const seen = new Map<number, number>();
  const walk: number[] = [];
  let step = left.findIndex((count) => count > 0);
  while (!seen.has(step)) {
    seen.set(step, walk.length);
    walk.push(step);
    step = steps[step]!.after.map((name) => index.get(name)!).find((dependency) => left[dependency]! > 0)!;
  }
  const circle = walk.slice(seen.get(step)!).reverse();
  throw new CycleError(
    workflow,
    [...circle, circle[0]!].map((number) => ids[number]!),
  );
}
