import { expect, it } from 'vitest';
import {
  defineAgent,
  defineWorkflow,
  type HandlerContext,
  type Run,
  type TaskHandle,
} from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { watch } from '../support/outcome.ts';
import { never, sleep, startHouse } from '../support/workflows.ts';

// Who hears that an attempt is over may end everything else in the same breath.

it.each([
  ['settles then', 5],
  ['ignores it', undefined],
])('an attempt whose handler cancels the whole task when its signal aborts, and %s', async (_, ms) => {
  const { clock, house } = startHouse({ grace: 50 });
  const made: { task?: TaskHandle } = {};
  const handle = (_input: unknown, { signal }: HandlerContext) => {
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    signal.addEventListener('abort', () => made.task?.cancel('enough'));
    return ms === undefined ? never() : aborted.then(() => sleep(clock, ms));
  };
  house.agents.register(defineAgent('ada', { handle, policy: { timeout: 20 } }));
  made.task = house.tasks.submit('ada', 1);
  const outcome = watch(made.task.result);
  await clock.advance(1_000);

  expect(outcome.state).toBe('rejected');
  expect(house.tasks.stats().abandoned).toBe(ms === undefined ? 1 : 0);
  expectAtRest(house, clock);
});

it.each([
  ['settles then', 5],
  ['ignores it', undefined],
])('an attempt whose code cancels the whole run when its signal aborts, and %s', async (_, ms) => {
  const { clock, house } = startHouse({ grace: 50 });
  const made: { run?: Run } = {};
  const workflow = defineWorkflow('w').step('s', {
    run: (_input: unknown, { signal }: HandlerContext) => {
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      signal.addEventListener('abort', () => made.run?.cancel('enough'));
      return ms === undefined ? never() : aborted.then(() => sleep(clock, ms));
    },
    policy: { timeout: 20 },
  });
  made.run = house.start(workflow, undefined);
  const outcome = watch(made.run.result);
  await clock.advance(1_000);

  expect(outcome.state).toBe('rejected');
  expect(house.workflows.stats().abandoned).toBe(ms === undefined ? 1 : 0);
  expectAtRest(house, clock);
});

it.each(['step.cancelled', 'run.cancelled'] as const)(
  'a step whose signal is first looked at by who hears of %s',
  async (type) => {
    const { clock, house } = startHouse({ grace: 50 });
    house.agents.register(defineAgent('ada', { handle: never }));
    const made: { context?: HandlerContext; signal?: AbortSignal } = {};
    const asked: ReturnType<typeof watch>[] = [];
    const workflow = defineWorkflow('w').step('s', {
      run: (_input: unknown, context: HandlerContext) => {
        made.context = context;
        return never();
      },
    });
    const run = house.start(workflow, undefined);
    watch(run.result);
    house.events.on(type, () => {
      if (made.context === undefined) return;
      made.signal = made.context.signal;
      asked.push(watch(made.context.ask('ada', 1)));
    });
    await clock.settle();
    run.cancel('enough');
    await clock.settle();

    expect(made.signal?.aborted).toBe(true);
    expect(asked.map(({ state }) => state)).toEqual(['rejected']);
    await clock.advance(50);
    expectAtRest(house, clock);
  },
);
