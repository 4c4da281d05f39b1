/**
 * async: `auto` for graphs, `priorityQueue` for the queue, both with async functions and promises for results.
 * The tasks of `auto` are described once; only those that read the run's input are replaced before a run.
 * In `priorityQueue` the lowest number runs first.
 */
import async from 'async';
import { type Graph, sinks, stepId, stepSpecs } from '../workloads/graphs.ts';
import { graphSides, type Run } from './harness/graph-sides.ts';
import { concurrency, queueSide, sumOf, topPriority } from './harness/queue-side.ts';
import type { PeerSides } from './harness/types.ts';

type Outputs = Record<string, number>;
type Task = (() => Promise<number>) | (string | ((outputs: Outputs) => Promise<number>))[];

// Their types know callbacks for results of tasks only.
const auto = async.auto as unknown as (tasks: Record<string, Task>) => Promise<Outputs>;

function prepare(graph: Graph): Run {
  const specs = stepSpecs(graph);
  const ends = sinks(graph).map(stepId);
  const roots = specs.filter(({ after }) => after.length === 0);
  const tasks: Record<string, Task> = {};
  for (const { id, after, run } of specs) {
    tasks[id] = [...after, async (outputs) => run(outputs)];
  }
  return async (input) => {
    for (const { id, run } of roots) tasks[id] = async () => run({ input });
    const outputs = await auto(tasks);
    return ends.reduce((sum, end) => sum + outputs[end]!, 0);
  };
}

export const sides: PeerSides = {
  ...graphSides(prepare, { runs: 1 }),

  W8: (size) =>
    queueSide(size, 'by priority', (handler, priority) => {
      const queue = async.priorityQueue<number>(async (x: number) => handler(x), concurrency);
      return () => sumOf(size, (i) => queue.push<number>(i, topPriority - priority[i]!));
    }),
};
