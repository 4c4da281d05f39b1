import { NOTHING, type Plan } from './plan.ts';
import type { StepDefinition, StepTarget } from './step.ts';

const NO_EDGES = new Int32Array(0);

/** A step that is on record, and that the code has not asked for yet. */
function unknownStep(id: string): StepDefinition {
  return {
    id,
    run: () => undefined,
    after: [],
    input: undefined,
    when: undefined,
    policy: undefined,
    join: undefined,
    onFailure: undefined,
    undo: undefined,
    estimate: undefined,
    cost: undefined,
  };
}

/** The steps of one run of a flow, as far as its code has come: a plan that grows, without edges. */
export class FlowPlan implements Plan {
  readonly steps: StepDefinition[] = [];
  readonly index: Map<string, number> = new Map();
  readonly ids: string[] = [];
  readonly targets: StepTarget[] = [];
  readonly terms: StepDefinition[] = [];
  readonly waits: number[] = [];
  readonly joins = undefined;
  readonly timed: readonly number[] = [];
  undoable = false;
  readonly outputs: unknown[] = [];
  readonly dependencies: Int32Array = NO_EDGES;
  readonly dependencyIds: readonly string[] = [];
  readonly firstDependency: Int32Array = NO_EDGES;
  readonly dependants: Int32Array = NO_EDGES;
  readonly firstDependant: Int32Array = NO_EDGES;
  readonly roots: readonly number[] = [];
  readonly ready: readonly number[] = [];
  readonly scopeRoot = null;

  /** Adds a step. @returns Its number. */
  add(step: StepDefinition): number {
    const number = this.steps.length;
    this.index.set(step.id, number);
    this.ids.push(step.id);
    this.waits.push(0);
    this.outputs.push(NOTHING);
    this.define(number, step);
    return number;
  }

  /** Adds a step of which only the id is known. @returns Its number. */
  addUnknown(id: string): number {
    return this.add(unknownStep(id));
  }

  /** Says what a step is. */
  define(number: number, step: StepDefinition): void {
    this.steps[number] = step;
    this.targets[number] = step.run;
    this.terms[number] = step;
    if (step.undo !== undefined) this.undoable = true;
  }
}
