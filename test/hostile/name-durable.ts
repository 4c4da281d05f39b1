import assert from 'node:assert/strict';
import {
  defineCapability,
  defineFlow,
  defineWorkflow,
  type FlowContext,
  gate,
  type Run,
  signal,
  type Workflow,
} from '../../src/index.ts';
import type { NamePosition } from './name-positions.ts';
import { checkTyped, rejection } from './outcome.ts';
import type { World } from './world.ts';

const work = defineCapability<number, number>('work');
const IN_FLOW: readonly string[] = ['RUN_FAILED', 'HANDLER_FAILED'];

/** A run that waits for a signal nobody sends, and for a decision. Its workflow ends with the coordinator. */
export async function waitingRun({ house, clock }: World): Promise<Run> {
  const workflow = defineWorkflow('waiting')
    .gate('g', { ask: 'so?' })
    .gate('clerks', { ask: 'so?', by: ['clerk'] })
    .step('s', { run: signal('never') });
  const run = house.start(workflow, undefined);
  await clock.settle();
  return run as Run;
}

const inFlow = (world: World, code: (flow: FlowContext) => unknown): Promise<unknown> =>
  world.house.run(defineFlow('flow', code), undefined);

/** The id of a step that is made by one of the builder's methods. */
function stepBy(
  method: 'forEach' | 'repeat' | 'race' | 'branch' | 'scatter' | 'gate',
  step: object,
): NamePosition {
  const made = (id: string): Workflow<never, unknown> =>
    (defineWorkflow('w') as never as Record<string, (id: string, step: object) => Workflow<never, unknown>>)[
      method
    ]!(id, step);
  return {
    position: `the id of ${method}`,
    how: 'throws',
    call: (_, id) => made(id),
    works: async (_, id) => assert.equal(made(id).steps[0]?.id, id),
  };
}

export const durablePositions: readonly NamePosition[] = [
  {
    position: 'the name of a flow',
    how: 'throws',
    call: (_, name) => defineFlow(name, () => 1),
    works: async ({ house }, name) => {
      assert.equal(
        await house.run(
          defineFlow(name, () => 1),
          undefined,
        ),
        1,
      );
    },
  },
  {
    position: 'the id of a step of a flow',
    how: 'rejects',
    wrapped: IN_FLOW,
    call: (world, id) => inFlow(world, ({ step }) => step(id, () => 7)),
    works: async (world, id) => assert.equal(await inFlow(world, ({ step }) => step(id, () => 7)), 7),
  },
  {
    position: 'the id of a sleep of a flow',
    how: 'rejects',
    wrapped: IN_FLOW,
    call: (world, id) => inFlow(world, ({ sleep }) => sleep(id, 0)),
    works: async (world, id) => {
      const done = inFlow(world, ({ sleep }) => sleep(id, '1s'));
      await world.clock.advance('1s');
      assert.equal(await done, undefined);
    },
  },
  {
    position: 'the id of a wait of a flow',
    how: 'rejects',
    wrapped: IN_FLOW,
    call: (world, id) => inFlow(world, ({ waitFor }) => waitFor(id, 'go')),
    works: async ({ house }, id) => {
      const run = house.start(
        defineFlow('flow', ({ waitFor }) => waitFor(id, 'go')),
        undefined,
      );
      await run.sendSignal('go', 5);
      assert.equal(await run.result, 5);
    },
  },
  {
    position: 'the signal of a wait of a flow',
    how: 'rejects',
    wrapped: IN_FLOW,
    call: (world, name) => inFlow(world, ({ waitFor }) => waitFor('s', name)),
    works: async ({ house }, name) => {
      const run = house.start(
        defineFlow('flow', ({ waitFor }) => waitFor('s', name)),
        undefined,
      );
      await run.sendSignal(name, 5);
      assert.equal(await run.result, 5);
    },
  },
  {
    position: 'the id of a gate of a flow',
    how: 'rejects',
    wrapped: IN_FLOW,
    call: (world, id) => inFlow(world, (flow) => flow.gate(id, { ask: 'so?' })),
    works: async ({ house, clock }, id) => {
      const flow = defineFlow('flow', (context) => context.gate(id, { ask: 'so?' }));
      const run = house.start(flow, undefined);
      await clock.settle();
      assert.deepEqual(
        house.workflows.pending().map(({ step }) => step),
        [id],
      );
      await run.decide(id, { approved: true });
      assert.deepEqual(await run.result, { approved: true });
    },
  },
  {
    position: 'the name of a signal that is waited for',
    how: 'throws',
    call: (_, name) => signal(name),
    works: async ({ house }, name) => {
      const run = house.start(defineWorkflow('w').step('s', { run: signal(name) }), undefined);
      await run.sendSignal(name, 5);
      assert.deepEqual(await run.result, { s: 5 });
    },
  },
  {
    position: 'the name of a signal that is sent',
    how: 'rejects',
    wrapped: [],
    call: async (world, name) => (await waitingRun(world)).sendSignal(name),
    works: async (world, name) => {
      const run = await waitingRun(world);
      assert.equal(await run.sendSignal(name, 1), undefined);
      run.cancel();
      checkTyped(await rejection(run.result), 'CANCELLED');
    },
  },
  {
    position: 'who decides',
    how: 'rejects',
    wrapped: [],
    optional: true,
    call: async (world, by) => (await waitingRun(world)).decide('g', { approved: true }, { by }),
    works: async (world, by) => {
      const run = await waitingRun(world);
      await run.decide('g', { approved: true }, { by });
      assert.equal(run.snapshot().steps.find(({ id }) => id === 'g')?.status, 'completed');
    },
  },
  {
    position: 'the role of who decides',
    how: 'rejects',
    wrapped: [],
    optional: true,
    call: async (world, role) => (await waitingRun(world)).decide('g', { approved: true }, { role }),
    works: async (world, role) => {
      const run = await waitingRun(world);
      const error = await rejection(run.decide('clerks', { approved: true }, { role }));
      checkTyped(error, 'DECISION_REFUSED');
      await run.decide('clerks', { approved: true }, { role: 'clerk' });
    },
  },
  {
    position: 'a role of a gate',
    how: 'throws',
    call: (_, role) => gate({ ask: 'so?', by: [role] }),
    works: async ({ house, clock }, role) => {
      const workflow = defineWorkflow('w').gate('g', { ask: 'so?', by: [role] });
      const run = house.start(workflow, undefined);
      await clock.settle();
      assert.deepEqual(house.workflows.pending()[0]?.by, [role]);
      await run.decide('g', { approved: true }, { role });
      await run.result;
    },
  },
  {
    position: 'a role of an escalation',
    how: 'throws',
    call: (_, role) => gate({ ask: 'so?', by: ['clerk'], escalate: [{ after: '1s', by: [role] }] }),
    works: async ({ house, clock }, role) => {
      const escalate = [{ after: '1s', by: [role] }] as const;
      const workflow = defineWorkflow('w').gate('g', { ask: 'so?', by: ['clerk'], escalate });
      const run = house.start(workflow, undefined);
      await clock.advance('1s');
      await run.decide('g', { approved: true }, { role });
      await run.result;
    },
  },
  stepBy('forEach', { over: () => [], run: () => 1 }),
  stepBy('repeat', { run: () => 1, input: () => 1, until: () => true, most: 1 }),
  stepBy('race', { members: { a: { run: () => 1 } } }),
  stepBy('branch', { on: () => 'a', cases: { a: { run: () => 1 } } }),
  stepBy('scatter', { run: work, input: () => 1 }),
  stepBy('gate', { ask: 'so?' }),
];

/** Whoever decides what nobody asks is told so. */
export const durableLookUps: readonly [string, (world: World, step: never) => Promise<void>][] = [
  [
    'run.decide',
    async (world, step) => {
      const run = await waitingRun(world);
      checkTyped(await rejection(run.decide(step, { approved: true })), 'GATE_NOT_OPEN');
    },
  ],
];
