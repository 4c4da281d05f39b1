import { expect, it } from 'vitest';
import { defineWorkflow } from '../../src/index.ts';
import { watch } from '../support/outcome.ts';
import {
  causesOf,
  failing,
  never,
  sleep,
  startEngine,
  statusesOf,
  takes,
  unhandledDuring,
} from '../support/workflows.ts';

// Conditions, mappings and rules answer at once. An asynchronous one must neither be taken for an answer, nor be
// left to reject where nobody hears it.

const broken = new Error('broken');
const answers: [string, () => Promise<unknown>][] = [
  ['resolves', async () => true],
  [
    'rejects',
    async () => {
      throw broken;
    },
  ],
];

it.each(answers)('fails a step whose `when` is asynchronous and %s', async (_what, when) => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w').step('s', { run: () => 1, when: when as never });
  const run = engine.start(workflow, undefined);
  const unhandled = await unhandledDuring(() => clock.advance(1_000));

  expect(statusesOf(run)).toEqual({ s: 'failed' });
  expect(unhandled).toEqual([]);
});

it('never starts a step with a mapping that rejects', async () => {
  const { clock, engine } = startEngine();
  let started = false;
  const workflow = defineWorkflow('w', {
    steps: [
      {
        id: 's',
        input: answers[1]![1],
        run: () => {
          started = true;
        },
      },
    ],
  });
  const run = engine.start(workflow, undefined);
  const unhandled = await unhandledDuring(() => clock.advance(1_000));

  expect(statusesOf(run)).toEqual({ s: 'failed' });
  expect(started).toBe(false);
  expect(unhandled).toEqual([]);
});

it.each(answers)(
  'does not try again for a `retryWhen` that is asynchronous and %s',
  async (_what, retryWhen) => {
    const { clock, engine } = startEngine();
    const handler = failing([broken, broken]);
    const workflow = defineWorkflow('w').step('s', {
      run: handler.handle,
      policy: { attempts: 2, retryWhen: retryWhen as never },
    });
    engine.start(workflow, undefined);
    const unhandled = await unhandledDuring(() => clock.advance(10_000));

    expect(handler.calls).toBe(1);
    expect(unhandled).toEqual([]);
  },
);

it.each<[string, () => number | Promise<number>]>([
  ['a step that ends at once', () => 1],
  ['a step that takes a while', async () => 1],
])('calls an asynchronous `output` once, after %s, and waits for it', async (_what, run) => {
  const { clock, engine } = startEngine();
  let calls = 0;
  const workflow = defineWorkflow('w')
    .step('s', { run })
    .output(async ({ s }) => {
      calls++;
      await sleep(clock, 50);
      return s + 1;
    });
  const started = engine.start(workflow, undefined);
  await clock.advance(49);
  expect(started.status).toBe('running');
  await clock.advance(1);

  expect(await started.result).toBe(2);
  expect(calls).toBe(1);
});

it('fails the run when an asynchronous `output` rejects, and leaves nothing unhandled', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w')
    .step('s', { run: () => 1 })
    .output(answers[1]![1]);
  const run = engine.start(workflow, undefined);
  const unhandled = await unhandledDuring(() => clock.advance(1_000));
  const result = watch(run.result);
  await clock.settle();

  expect([run.status, result.state]).toEqual(['failed', 'rejected']);
  expect(causesOf(result.value).at(-1)).toBe(broken);
  expect(unhandled).toEqual([]);
});

it.each([
  ['deadline', 'TIMEOUT', 'failed'],
  ['cancellation', 'CANCELLED', 'cancelled'],
])('ends a run whose `output` never settles with its %s', async (end, code, status) => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { deadline: 500 })
    .step('s', { run: () => 1 })
    .output(never);
  const run = engine.start(workflow, undefined);
  const result = watch(run.result);
  await clock.advance(100);
  if (end === 'cancellation') run.cancel();
  await clock.advance(1_000);

  expect(run.status).toBe(status);
  expect(result).toMatchObject({ state: 'rejected', value: { code } });
  expect(clock.pendingTimers).toBe(0);
});

it('asks an asynchronous `output` once, also where the last step took the only slot', async () => {
  const { clock, engine } = startEngine();
  let asked = 0;
  const workflow = defineWorkflow('w', { concurrency: 1 })
    .step('a', { run: () => 1 })
    .step('b', { run: takes(clock, 5, 2) })
    .output(async ({ a, b }) => {
      asked++;
      await sleep(clock, 10);
      return [a, b];
    });
  const result = watch(engine.run(workflow, undefined));
  await clock.advance(100);

  expect(result.value).toEqual([1, 2]);
  expect(asked).toBe(1);
});
