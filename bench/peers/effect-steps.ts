/** effect: a graph with a fiber and a Deferred for each step. A step waits for those that it needs, and no others. */
import { Deferred, Effect } from 'effect';
import { type Graph, limitBodies, sinks } from '../workloads/graphs.ts';
import { graphSides, type Run } from './harness/graph-sides.ts';
import type { PeerSides } from './harness/types.ts';

function prepare(graph: Graph): Run {
  const bodies = limitBodies(graph);
  const ends = sinks(graph);
  const program = (input: number) =>
    Effect.gen(function* () {
      const outputs: number[] = new Array(graph.length);
      const done = graph.map(() => Deferred.makeUnsafe<void>());
      const step = (after: readonly number[], i: number) =>
        Effect.gen(function* () {
          for (const before of after) yield* Deferred.await(done[before]!);
          outputs[i] = yield* Effect.promise(() => bodies[i]!(outputs, input));
          yield* Deferred.succeed(done[i]!, undefined);
        });
      yield* Effect.forEach(graph, step, { concurrency: 'unbounded', discard: true });
      return ends.reduce((sum, end) => sum + outputs[end]!, 0);
    });
  return (input) => Effect.runPromise(program(input));
}

export const sides: PeerSides = graphSides(prepare);
