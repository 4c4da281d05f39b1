/**
 * @langchain/langgraph: a StateGraph, compiled once, without a checkpointer; each run is `invoke()`. Tracing is off.
 * A call is a run of a graph with one node. The steps of a graph write to one channel, whose reducer adds to the
 * record that is there: a new record for each output, as the documentation shows it, takes longer the more there are.
 */
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { type Graph, sinks, stepId, stepSpecs } from '../workloads/graphs.ts';
import { type Call, inWaves, oneAtATime } from './harness/call-sides.ts';
import { graphSides, type Run } from './harness/graph-sides.ts';
import type { PeerSides } from './harness/types.ts';

type Outputs = Record<string, number>;

const CallState = Annotation.Root({ x: Annotation<number> });
const GraphState = Annotation.Root({
  input: Annotation<number>,
  outputs: Annotation<Outputs>({
    reducer: (all, some) => Object.assign(all, some),
    default: () => ({}),
  }),
});

function adder(): Call {
  const graph = new StateGraph(CallState)
    .addNode('add', async ({ x }) => ({ x: x + 1 }))
    .addEdge(START, 'add')
    .addEdge('add', END)
    .compile();
  return async (x) => (await graph.invoke({ x })).x;
}

/** What is used of the builder. Its own type names every node, and can not be followed over a loop. */
interface Builder {
  addNode(id: string, node: (state: typeof GraphState.State) => Promise<{ outputs: Outputs }>): unknown;
  addEdge(from: string | readonly string[], to: string): unknown;
  compile(): {
    invoke(state: { input: number }, options: { recursionLimit: number }): Promise<{ outputs: Outputs }>;
  };
}

function prepare(graph: Graph): Run {
  const builder = new StateGraph(GraphState) as unknown as Builder;
  const specs = stepSpecs(graph);
  const ends = sinks(graph).map(stepId);
  for (const { id, after, run } of specs) {
    const root = after.length === 0;
    builder.addNode(id, async ({ input, outputs }) => {
      return { outputs: { [id]: await run(root ? { input } : outputs) } };
    });
  }
  for (const { id, after } of specs) {
    if (after.length > 1) builder.addEdge(after, id);
    else builder.addEdge(after[0] ?? START, id);
  }
  for (const end of ends) builder.addEdge(end, END);
  const compiled = builder.compile();
  const options = { recursionLimit: graph.length + 10 };
  return async (input) => {
    const { outputs } = await compiled.invoke({ input }, options);
    return ends.reduce((sum, end) => sum + outputs[end]!, 0);
  };
}

export const sides: PeerSides = {
  W1: (size) => oneAtATime(Math.min(size, 100), adder()),
  W2: (size) => inWaves(1, Array.from({ length: size }, adder)),
  ...graphSides(prepare, { runs: 1, diamonds: 200 }),
};
