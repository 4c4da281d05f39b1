/**
 * effect: a graph by layers, the steps of a layer at once by `forEach` with unbounded concurrency. For large graphs
 * that is two to five times as fast as a fiber and a Deferred for each step, for diamonds about the same. A step
 * waits for the whole layer before.
 * The queue is `forEach` with a concurrency of 100 over all tasks, without priorities. A Semaphore with 100 permits
 * does the same, but takes 170 µs for a task when 100,000 wait. Bodies are async functions, by `Effect.promise`.
 */
import { Effect } from 'effect';
import { type Graph, limitBodies, sinks } from '../workloads/graphs.ts';
import { byDepth, graphSides, type Run } from './harness/graph-sides.ts';
import { concurrency, queueSide } from './harness/queue-side.ts';
import type { PeerSides } from './harness/types.ts';

function prepare(graph: Graph): Run {
  const bodies = limitBodies(graph);
  const layers = byDepth(graph);
  const ends = sinks(graph);
  const program = (input: number) =>
    Effect.gen(function* () {
      const outputs: number[] = [];
      const step = (i: number) => Effect.promise(() => bodies[i]!(outputs, input));
      for (const layer of layers) {
        if (layer.length === 1) {
          outputs[layer[0]!] = yield* step(layer[0]!);
        } else {
          const results = yield* Effect.forEach(layer, step, { concurrency: 'unbounded' });
          for (const [at, i] of layer.entries()) outputs[i] = results[at]!;
        }
      }
      return ends.reduce((sum, end) => sum + outputs[end]!, 0);
    });
  return (input) => Effect.runPromise(program(input));
}

export const sides: PeerSides = {
  ...graphSides(prepare),

  W8: (size) =>
    queueSide(size, 'by age', (handler) => {
      const tasks = Array.from({ length: size }, (_, i) => i);
      const all = Effect.forEach(tasks, (i) => Effect.promise(() => handler(i)), { concurrency });
      return async () => (await Effect.runPromise(all)).reduce((sum, result) => sum + result, 0);
    }),
};
