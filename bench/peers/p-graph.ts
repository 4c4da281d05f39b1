/**
 * p-graph: the graph once, then `run()` with the function of the run, which reads and writes outputs by index.
 * Concurrency is not limited, and steps have no priorities.
 */
import { PGraph } from 'p-graph';
import { type Graph, limitBodies, sinks, stepId } from '../workloads/graphs.ts';
import { graphSides, type Run } from './harness/graph-sides.ts';
import type { PeerSides } from './harness/types.ts';

function prepare(graph: Graph): Run {
  const bodies = limitBodies(graph);
  const ends = sinks(graph);
  const index = new Map(graph.map((_, step) => [stepId(step), step]));
  const nodes = new Map([...index.keys()].map((id) => [id, {}]));
  const edges = graph.flatMap((after, step) =>
    after.map((before): [string, string] => [stepId(before), stepId(step)]),
  );
  const compiled = new PGraph(nodes, edges);
  return async (input) => {
    const outputs: number[] = [];
    await compiled.run({
      run: async (id) => {
        const step = index.get(id)!;
        outputs[step] = await bodies[step]!(outputs, input);
      },
    });
    return ends.reduce((sum, end) => sum + outputs[end]!, 0);
  };
}

export const sides: PeerSides = graphSides(prepare);
