/** The body of a step by hand: reads the outputs it needs by index. */
export type Body = (outputs: readonly number[], input: number) => Promise<number>;

/** A graph as flat arrays: the steps after step `i` are `edges[edgeStart[i] .. edgeStart[i + 1])`. */
export interface FlatGraph {
  readonly bodies: readonly Body[];
  readonly inDegrees: readonly number[];
  readonly edgeStart: readonly number[];
  readonly edges: readonly number[];
}

/** Compiles dependency lists (`after[i]` holds the steps that step `i` waits for) into flat arrays. */
export function flatten(after: readonly (readonly number[])[], bodies: readonly Body[]): FlatGraph {
  const successors: number[][] = after.map(() => []);
  for (const [step, needed] of after.entries()) for (const before of needed) successors[before]?.push(step);
  const edgeStart = [0];
  const edges: number[] = [];
  for (const steps of successors) {
    for (const step of steps) edges.push(step);
    edgeStart.push(edges.length);
  }
  return { bodies, inDegrees: after.map((needed) => needed.length), edgeStart, edges };
}

/** The least code that runs a graph: in-degree counters. A step starts in the turn in which its last input came. */
export function runGraph(graph: FlatGraph, input: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const { bodies, edgeStart, edges } = graph;
    const missing = graph.inDegrees.slice();
    const outputs = new Array<number>(bodies.length);
    let left = bodies.length;
    const start = (step: number): void => {
      bodies[step]!(outputs, input).then((output) => {
        outputs[step] = output;
        const end = edgeStart[step + 1]!;
        for (let edge = edgeStart[step]!; edge < end; edge += 1) {
          const next = edges[edge]!;
          if (--missing[next]! === 0) start(next);
        }
        if (--left === 0) resolve(outputs);
      }, reject);
    };
    for (let step = 0; step < bodies.length; step += 1) if (missing[step] === 0) start(step);
  });
}
