import { expect, it } from 'vitest';
import {
  ClosedError,
  defineAgent,
  defineCapability,
  defineWorkflow,
  NoExecutorError,
  WorkflowEngine,
} from '../../src/index.ts';
import { rejection, thrownBy } from '../support/outcome.ts';
import { causesOf, startEngine, statusesOf, takes } from '../support/workflows.ts';

const work = defineCapability('work');
const ada = defineAgent('ada', { capabilities: [work], handle: () => 1 });

it('runs functions and nested workflows without a coordinator', async () => {
  const engine = new WorkflowEngine();
  const inner = defineWorkflow<number>('inner').step('s', { run: ({ input }) => input + 1 });
  const outer = defineWorkflow<number>('outer').step('n', { run: inner, input: ({ input }) => input });

  expect(await engine.run(outer, 1)).toEqual({ n: { s: 2 } });
});

it.each([
  ['an agent', ada, 'ada'],
  ['a capability', work, 'work'],
  ['a requirement', { capabilities: [work], specializations: ['oceans'] }, 'work'],
  ['an agent by name', { agent: 'bob' }, 'bob'],
])('fails a step for %s with NoExecutorError, which names it', async (_what, target, name) => {
  const { engine } = startEngine();
  const workflow = defineWorkflow('w', {
    steps: [
      { id: 'other', run: () => 1 },
      { id: 's', run: target, input: () => 1 },
    ],
  });
  const run = engine.start(workflow, undefined);
  const error = causesOf(await rejection(run.result))[1];

  expect(error).toBeInstanceOf(NoExecutorError);
  expect(error).toMatchObject({ code: 'NO_EXECUTOR', retryable: false });
  expect((error as NoExecutorError).target).toContain(name);
  expect(statusesOf(run)).toEqual({ other: 'completed', s: 'failed' });
});

it('refuses what a function asks or publishes: there is nobody', async () => {
  const { engine } = startEngine();
  const asks = defineWorkflow('w').step('s', { run: (_scope, { ask }) => ask(ada, 1) });
  const publishes = defineWorkflow('w').step('s', { run: (_scope, context) => context.publish('t', 1) });

  for (const workflow of [asks, publishes]) {
    const error = await rejection(engine.run(workflow, undefined));
    expect(causesOf(error).at(-1)).toBeInstanceOf(NoExecutorError);
  }
});

it('starts no new run after close; runs under way go on, with the nested ones that they start', async () => {
  const { clock, engine } = startEngine();
  const inner = defineWorkflow('inner').step('s', { run: () => 1 });
  const outer = defineWorkflow('outer')
    .step('wait', { run: takes(clock, 10) })
    .step('n', { run: inner, input: () => undefined, after: ['wait'] });
  const run = engine.start(outer, undefined);
  engine.close();
  engine.close();

  expect(thrownBy(() => engine.start(outer, undefined))).toBeInstanceOf(ClosedError);
  expect(await rejection(engine.run(outer, undefined))).toMatchObject({ owner: 'WorkflowEngine' });
  await clock.advance(10);
  expect(run.status).toBe('completed');
});

it('leaves no timer behind at rest', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { deadline: '1h' }).step('s', {
    run: takes(clock, 10),
    policy: { timeout: '1m' },
  });
  await Promise.all([engine.run(workflow, undefined), clock.advance(20)]);

  expect(clock.pendingTimers).toBe(0);
});
