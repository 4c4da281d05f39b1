/**
 * toposort and promises: what one writes who needs no more than the order. Every run puts the steps it is given in
 * order; then each step is a promise after those of its dependencies.
 */
import toposort from 'toposort';
import { type Graph, sinks, stepSpecs } from '../workloads/graphs.ts';
import { graphSides, type Run } from './harness/graph-sides.ts';
import type { PeerSides } from './harness/types.ts';

const modulus = 1_000_003;

/** A step by the outputs of its dependencies. */
type Body = (needed: readonly number[]) => Promise<number>;

const sumUp: Body = async (needed) => {
  let sum = 1;
  for (const output of needed) sum += output;
  return sum % modulus;
};

function prepare(graph: Graph): Run {
  const specs = stepSpecs(graph);
  const index = new Map(specs.map(({ id }, step) => [id, step]));
  const edges = specs.flatMap(({ id, after }) => after.map((before): [string, string] => [before, id]));
  const ids = [...index.keys()];
  const ends = sinks(graph);
  const first = async (input: number) => input % modulus;
  const afterOne = async (output: number) => (1 + output) % modulus;
  return async (input) => {
    const order = toposort.array(ids, edges).map((id) => index.get(id)!);
    const promises: Promise<number>[] = [];
    for (const step of order) {
      const after = graph[step]!;
      if (after.length === 0) promises[step] = first(input);
      else if (after.length === 1) promises[step] = promises[after[0]!]!.then(afterOne);
      else promises[step] = Promise.all(after.map((before) => promises[before]!)).then(sumUp);
    }
    let sum = 0;
    for (const end of ends) sum += await promises[end]!;
    return sum;
  };
}

export const sides: PeerSides = graphSides(prepare);
