import { expectEqual } from '../harness/check.ts';
import type { Side } from '../harness/types.ts';
import { flatten, runGraph } from '../limits/graph.ts';
import { expectedResult, type Graph, limitBodies, sinks, stepId, stepSpecs } from './graphs.ts';

/** How a batch runs its graph: `runs` times, `lanes` at a time. */
export interface Repeat {
  readonly runs: number;
  readonly lanes: number;
}

/** As many runs, one at a time, as give a batch of about 20,000 steps. */
export function repeatFor(graph: Graph): Repeat {
  return { runs: Math.max(1, Math.round(20_000 / graph.length)), lanes: 1 };
}

/** The results of a batch added up, and what they should be: the inputs are 0, 1, 2 … */
function expectedSum(graph: Graph, runs: number): number {
  let sum = 0;
  for (let run = 0; run < runs; run += 1) sum += expectedResult(graph, run);
  return sum;
}

/** Runs a graph by hand. */
export function limitSide(graph: Graph, { runs, lanes }: Repeat): Side {
  const flat = flatten(graph, limitBodies(graph));
  const ends = sinks(graph);
  const expected = expectedSum(graph, runs);
  let sum = 0;
  let next = 0;
  const lane = async () => {
    while (next < runs) {
      const outputs = await runGraph(flat, next++);
      for (const end of ends) sum += outputs[end]!;
    }
  };
  return {
    async batch() {
      sum = 0;
      next = 0;
      await Promise.all(Array.from({ length: lanes }, lane));
    },
    check: () => expectEqual('sum of results', sum, expected),
  };
}

/** Runs the same graph as a workflow of cadre. */
export async function oursSide(graph: Graph, { runs, lanes }: Repeat): Promise<Side> {
  const { Coordinator, defineWorkflow } = await import('../../src/index.ts');
  const ends = sinks(graph).map(stepId);
  const workflow = defineWorkflow<number, number>('graph', {
    steps: stepSpecs(graph),
    output(outputs) {
      let result = 0;
      for (const end of ends) result += outputs[end] as number;
      return result;
    },
  });
  const coordinator = new Coordinator();
  const expected = expectedSum(graph, runs);
  let sum = 0;
  let next = 0;
  const lane = async () => {
    while (next < runs) {
      const result = await coordinator.run(workflow, next++);
      sum += result;
    }
  };
  return {
    async batch() {
      sum = 0;
      next = 0;
      await Promise.all(Array.from({ length: lanes }, lane));
    },
    check: () => expectEqual('sum of results', sum, expected),
    close: async () => void (await coordinator.close()),
  };
}
