import assert from 'node:assert/strict';
import {
  Coordinator,
  CycleError,
  defineAgent,
  defineWorkflow,
  type StepData,
  workflowGraph,
} from '../src/index.ts';

// A build plan that comes from a file: the graph is made in a loop, not written down in code.

const plan = {
  kernel: [],
  storage: ['kernel'],
  messages: ['kernel'],
  app: ['storage', 'messages'],
} as Record<string, string[]>;

const builder = defineAgent('builder', {
  concurrency: 4,
  handle: async ({ unit, uses }: { unit: string; uses: string[] }) => `${unit}(${uses.join(' ')})`,
});

// #region data
const steps = Object.entries(plan).map(
  ([unit, after]): StepData => ({
    id: unit,
    run: builder,
    after,
    input: (scope) => ({ unit, uses: after.map((name) => String(scope[name])) }),
  }),
);
const build = defineWorkflow('build', { steps, concurrency: 2 });

await using coordinator = new Coordinator({ agents: [builder] });
const built = await coordinator.run(build, undefined); // outputs of a graph from data are unknown to the types
// #endregion data
assert.equal(built['app'], 'app(storage(kernel()) messages(kernel()))');

// #region graph
// A graph that goes round is refused where it is made, with the way round.
const circular: StepData[] = [
  { id: 'hen', run: () => 'hen', after: ['egg'] },
  { id: 'egg', run: () => 'egg', after: ['hen'] },
];
const refusal = (() => {
  try {
    return defineWorkflow('origin', { steps: circular });
  } catch (error) {
    return error;
  }
})();

// For pictures: a graphlib graph, which dagre lays out.
const graph = workflowGraph(build);
const edges = graph.edges().map(({ v, w }) => `${v} → ${w}`);
// #endregion graph
assert.ok(refusal instanceof CycleError);
assert.deepEqual([...refusal.path].sort(), ['egg', 'egg', 'hen'].sort());
assert.equal(edges.length, 4);
console.log(`${built['app']}\n${refusal.message}`);
