import { random } from '../harness/check.ts';
import type { Body } from '../limits/graph.ts';

/** A graph as dependency lists: `after[i]` holds the steps that step `i` waits for, all smaller than `i`. */
export type Graph = readonly (readonly number[])[];

const modulus = 1_000_003;

/** Each step after the one before it. */
export function chain(steps: number): Graph {
  return Array.from({ length: steps }, (_, step) => (step === 0 ? [] : [step - 1]));
}

/** One step, `width` steps after it, and one after all of them. */
export function fan(width: number): Graph {
  const middle = Array.from({ length: width }, (_, step) => step + 1);
  return [[], ...middle.map(() => [0]), middle];
}

/** Layers of 100 steps; each step waits for three random ones of the layer before. */
export function layers(steps: number): Graph {
  const width = 100;
  const next = random(7);
  return Array.from({ length: steps }, (_, step) => {
    const before = (Math.floor(step / width) - 1) * width;
    if (before < 0) return [];
    const chosen = new Set<number>();
    while (chosen.size < 3) chosen.add(before + Math.floor(next() * width));
    return [...chosen];
  });
}

/** One step, three after it, and one after those. */
export const diamond: Graph = [[], [0], [0], [0], [1, 2, 3]];

/** The steps that nothing waits for: their outputs, added up, are the result of a run. */
export function sinks(graph: Graph): number[] {
  const needed = new Set(graph.flat());
  return [...graph.keys()].filter((step) => !needed.has(step));
}

/** The right result of a run, by a plain loop. */
export function expectedResult(graph: Graph, input: number): number {
  const outputs: number[] = [];
  for (const after of graph) {
    let sum = after.length === 0 ? input : 1;
    for (const step of after) sum += outputs[step]!;
    outputs.push(sum % modulus);
  }
  return sinks(graph).reduce((sum, step) => sum + outputs[step]!, 0);
}

/** Bodies by hand: each reads by index what it needs, and nothing else. */
export function limitBodies(graph: Graph): Body[] {
  return graph.map((after): Body => {
    const [a, b, c] = after;
    if (a === undefined) return async (_outputs, input) => input % modulus;
    if (b === undefined) return async (outputs) => (1 + outputs[a]!) % modulus;
    if (c !== undefined && after.length === 3) {
      return async (outputs) => (1 + outputs[a]! + outputs[b]! + outputs[c]!) % modulus;
    }
    return async (outputs) => {
      let sum = 1;
      for (const step of after) sum += outputs[step]!;
      return sum % modulus;
    };
  });
}

/** What a step of ours gets: the run's input and the outputs of the steps it named in `after`, by name. */
type Scope = Readonly<Record<string, unknown>>;

/** A step as `defineWorkflow(name, { steps })` takes it. */
export interface StepSpec {
  readonly id: string;
  readonly after: readonly string[];
  readonly run: (scope: Scope) => Promise<number>;
}

export const stepId = (step: number): string => `s${step}`;

/** The same steps for cadre: each reads its inputs by name. */
export function stepSpecs(graph: Graph): StepSpec[] {
  return graph.map((needed, step): StepSpec => {
    const after = needed.map(stepId);
    const [a, b, c] = after;
    const spec = { id: stepId(step), after };
    if (a === undefined) return { ...spec, run: async (scope) => (scope['input'] as number) % modulus };
    if (b === undefined) return { ...spec, run: async (scope) => (1 + (scope[a] as number)) % modulus };
    if (c !== undefined && after.length === 3) {
      return {
        ...spec,
        run: async (scope) =>
          (1 + (scope[a] as number) + (scope[b] as number) + (scope[c] as number)) % modulus,
      };
    }
    const run = async (scope: Scope) => {
      let sum = 1;
      for (const name of after) sum += scope[name] as number;
      return sum % modulus;
    };
    return { ...spec, run };
  });
}
