import { expectEqual } from '../../harness/check.ts';
import { type Repeat, repeatFor } from '../../workloads/graph-sides.ts';
import { chain, diamond, expectedResult, fan, type Graph, layers } from '../../workloads/graphs.ts';
import type { OpenSide, PeerSide } from './types.ts';

/** Runs a graph once and returns the outputs of its last steps, added up. */
export type Run = (input: number) => Promise<number>;

/** Fewer runs in a batch, for a peer that takes long. */
export interface Most {
  /** Runs of a chain, fan or layered graph. */
  readonly runs?: number;
  /** Runs of a diamond. */
  readonly diamonds?: number;
}

function graphSide(graph: Graph, { runs, lanes }: Repeat, opsPerRun: number, run: Run): PeerSide {
  let expected = 0;
  for (let input = 0; input < runs; input += 1) expected += expectedResult(graph, input);
  let sum = 0;
  let next = 0;
  const lane = async () => {
    while (next < runs) {
      const result = await run(next++);
      sum += result;
    }
  };
  return {
    ops: runs * opsPerRun,
    async batch() {
      sum = 0;
      next = 0;
      await Promise.all(Array.from({ length: lanes }, lane));
    },
    check: () => expectEqual('sum of results', sum, expected),
  };
}

/** W4 to W7 for a peer: `prepare` makes what can be made of a graph before it runs. */
export function graphSides(
  prepare: (graph: Graph) => Run,
  most: Most = {},
): Record<'W4' | 'W5' | 'W6' | 'W7', OpenSide> {
  const repeated = (graph: Graph): PeerSide => {
    const { runs, lanes } = repeatFor(graph);
    const repeat = { runs: Math.min(runs, most.runs ?? runs), lanes };
    return graphSide(graph, repeat, graph.length, prepare(graph));
  };
  return {
    W4: (size) => repeated(chain(size)),
    W5: (size) => repeated(fan(size)),
    W6: (size) => repeated(layers(size)),
    W7: (size) => {
      const repeat = { runs: Math.min(size, most.diamonds ?? size), lanes: 100 };
      return graphSide(diamond, repeat, 1, prepare(diamond));
    },
  };
}

/**
 * The steps by their depth, for peers that have no steps with dependencies of their own but run a list of steps at
 * once and go on when all are done. Each step depends on the layer just before its own.
 */
export function byDepth(graph: Graph): number[][] {
  const depths: number[] = [];
  const found: number[][] = [];
  for (const [step, after] of graph.entries()) {
    const depth = after.reduce((most, before) => Math.max(most, depths[before]! + 1), 0);
    depths.push(depth);
    found[depth] ??= [];
    found[depth].push(step);
    if (after.some((before) => depths[before] !== depth - 1)) throw new Error(`step ${step} skips a layer`);
  }
  return found;
}
