/**
 * @mastra/core: workflows, built and committed once; each run is `createRun()` and `start()`. They stand alone,
 * without a Mastra object and so without storage, logger and tracing; checks of inputs and step events are off.
 * A call is a run of a workflow with one step. Events go through its EventEmitterPubSub.
 *
 * Its steps name no dependencies: a chain is `.then()` after `.then()`, and any other graph is cut into layers, each
 * a `.parallel()` that waits for the whole layer before.
 */
import { EventEmitter } from 'node:events';
import { EventEmitterPubSub } from '@mastra/core/events';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import { type Graph, type StepSpec, sinks, stepId, stepSpecs } from '../workloads/graphs.ts';
import { type Call, inWaves, oneAtATime } from './harness/call-sides.ts';
import { byDepth, graphSides, type Run } from './harness/graph-sides.ts';
import { publishSide } from './harness/publish-side.ts';
import type { PeerSides } from './harness/types.ts';

const number = z.number();
const options = { validateInputs: false, emitStepEvents: false, shouldPersistSnapshot: () => false };

/** A committed workflow, as far as it is used here. */
interface Runnable {
  createRun(): Promise<{
    start(args: { inputData: number }): Promise<Result>;
  }>;
}

interface Result {
  readonly status: string;
  readonly error?: unknown;
  readonly steps: Readonly<Record<string, { readonly output?: unknown }>>;
}

/** The result of a run, with the outputs of its steps by name. */
async function runOnce(workflow: Runnable, input: number): Promise<Result> {
  const run = await workflow.createRun();
  const result = await run.start({ inputData: input });
  if (result.status !== 'success') throw new Error(`the run is ${result.status}`, { cause: result.error });
  return result;
}

function adder(id: string): Call {
  const add = createStep({
    id: 'add',
    inputSchema: number,
    outputSchema: number,
    execute: async ({ inputData }) => inputData + 1,
  });
  const workflow = createWorkflow({ id, inputSchema: number, outputSchema: number, options })
    .then(add)
    .commit();
  return async (x) => (await runOnce(workflow as Runnable, x)).steps['add']!.output as number;
}

/** A step gets what the layer before returned: the output of a single step as it is, those of several by name. */
function stepOf({ id, after, run }: StepSpec, before: readonly number[] | undefined) {
  const [single] = after;
  let execute = ({ inputData }: { inputData: unknown }) =>
    run(inputData as Readonly<Record<string, unknown>>);
  if (before === undefined) execute = ({ inputData }) => run({ input: inputData });
  else if (before.length === 1) execute = ({ inputData }) => run({ [single!]: inputData });
  return createStep({ id, inputSchema: z.any(), outputSchema: number, execute });
}

/** What is used of the builder. Its own type grows with each step, and can not be followed over a loop. */
interface Builder {
  then(step: unknown): Builder;
  parallel(steps: readonly unknown[]): Builder;
  commit(): Runnable;
}

function prepare(graph: Graph): Run {
  const specs = stepSpecs(graph);
  const layers = byDepth(graph);
  const ends = sinks(graph).map(stepId);
  let builder = createWorkflow({
    id: 'graph',
    inputSchema: number,
    outputSchema: z.any(),
    options,
  }) as unknown as Builder;
  for (const [depth, layer] of layers.entries()) {
    const steps = layer.map((step) => stepOf(specs[step]!, layers[depth - 1]));
    builder = steps.length === 1 ? builder.then(steps[0]) : builder.parallel(steps);
  }
  const workflow = builder.commit();
  return async (input) => {
    const { steps } = await runOnce(workflow, input);
    return ends.reduce((sum, end) => sum + (steps[end]!.output as number), 0);
  };
}

export const sides: PeerSides = {
  W1: (size) => oneAtATime(Math.min(size, 1_000), adder('adder')),

  W2(size) {
    const agents = Array.from({ length: size }, (_, agent) => adder(`adder-${agent}`));
    return inWaves(1, agents);
  },

  W3: (size) =>
    publishSide(size, async (subscribers) => {
      const emitter = new EventEmitter();
      emitter.setMaxListeners(0);
      const pubsub = new EventEmitterPubSub(emitter);
      for (const receive of subscribers) await pubsub.subscribe('news', ({ data }) => receive(data));
      return (body) => pubsub.publish('news', { type: 'news', runId: 'none', data: body });
    }),

  ...graphSides(prepare, { runs: 1 }),
};
