import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defineAgent, defineWorkflow, type RunSnapshot, type StepData } from '../../src/index.ts';
import { watch } from '../support/outcome.ts';
import {
  eventsOf,
  failing,
  linesOf,
  never,
  sleep,
  startEngine,
  startHouse,
  statusesOf,
  takes,
  timesOf,
} from '../support/workflows.ts';

// However many steps of a run have a time of their own, each of them ends at exactly its time.

interface Draw {
  /** When it starts: so long does the step before it take. */
  readonly startsAt: number;
  readonly ms: number;
  readonly timeout: number | undefined;
}

const draws = fc.array(
  fc.record({
    startsAt: fc.integer({ min: 0, max: 60 }),
    ms: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constant(Number.POSITIVE_INFINITY)),
    timeout: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 12, size: 'max' },
);
const deadlines = fc.option(fc.integer({ min: 1, max: 250 }), { nil: undefined });

/** How a step must end: the first of its end, its time and the run's; work that ends when its time is up is late. */
function expectedEnd({ startsAt, ms, timeout = 300_000 }: Draw, deadlineMs: number): [string, number] {
  const ends = startsAt + ms;
  const due = startsAt + timeout;
  if (Math.min(ends, due) >= deadlineMs) return ['cancelled', deadlineMs];
  return ends < due ? ['completed', ends] : ['failed', due];
}

function endsOf({ startedAt = 0, steps }: RunSnapshot): Record<string, [string, number]> {
  const ended = steps.filter(({ id }) => id.startsWith('s'));
  return Object.fromEntries(ended.map(({ id, status, endedAt = 0 }) => [id, [status, endedAt - startedAt]]));
}

it('ends each step at its own end, its own time or that of the run, whatever the others do', async () => {
  await fc.assert(
    fc.asyncProperty(draws, deadlines, async (drawn, deadline) => {
      const { clock, engine } = startEngine();
      const steps = drawn.flatMap(({ startsAt, ms, timeout }, index): StepData[] => [
        { id: `before${index}`, run: startsAt === 0 ? () => 0 : takes(clock, startsAt) },
        {
          ...{ id: `s${index}`, after: [`before${index}`], policy: { timeout } },
          run: ms === Number.POSITIVE_INFINITY ? never : ms === 0 ? () => 0 : takes(clock, ms),
        },
      ]);
      const run = engine.start(defineWorkflow('w', { steps, deadline }), undefined);
      watch(run.result);
      await clock.advance(400_000);

      const deadlineMs = deadline ?? Number.POSITIVE_INFINITY;
      const expected = drawn.map((draw, index) => [`s${index}`, expectedEnd(draw, deadlineMs)] as const);
      // What had not started at the deadline ends with it, too.
      const ends = Object.fromEntries(
        expected.map(([id, end], index) =>
          drawn[index]!.startsAt >= deadlineMs ? [id, ['cancelled', deadlineMs]] : [id, end],
        ),
      );
      // A run ends with its last step, before its deadline.
      expect(endsOf(run.snapshot())).toEqual(ends);
    }),
    { numRuns: 200 },
  );
});

it('goes on watching the others when the nearest time is up, and when a nearer one comes', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w')
    .step('first', { run: never, policy: { timeout: 30 } })
    .step('last', { run: never, policy: { timeout: 100 } })
    .step('pause', { run: takes(clock, 40) })
    .step('next', { run: never, policy: { timeout: 20 }, after: ['pause'] });
  const run = engine.start(workflow, undefined);
  watch(run.result);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({ first: [0, 30], last: [0, 100], pause: [0, 40], next: [40, 60] });
});

it('goes on watching a step when others that started before and after it have ended', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w')
    .step('quick', { run: takes(clock, 10) })
    .step('slow', { run: takes(clock, 20) })
    .step('watched', { run: never, policy: { timeout: 50 }, after: ['quick'] });
  const run = engine.start(workflow, undefined);
  watch(run.result);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({ quick: [0, 10], slow: [0, 20], watched: [10, 60] });
});

it('ends the steps whose time is up together in the order of definition, not of their starts', async () => {
  const { clock, engine } = startEngine();
  const steps: StepData[] = [
    { id: 'late', run: never, policy: { timeout: 50 }, after: ['pause'] },
    { id: 'pause', run: takes(clock, 50) },
    { id: 'early', run: never, policy: { timeout: 100 } },
  ];
  const run = engine.start(defineWorkflow('w', { steps }), undefined);
  watch(run.result);
  await clock.advance(100);

  expect((await linesOf(run)).filter((line) => line.startsWith('step.failed'))).toEqual([
    'step.failed late',
    'step.failed early',
  ]);
});

it('is over as a whole when a blocked loop passed the time of a step and then that of the run', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { deadline: 30 })
    .step('s', { run: never, policy: { timeout: 20 } })
    .step('other', { run: never });
  const run = engine.start(workflow, undefined);
  const result = watch(run.result);
  await clock.advance(1);
  clock.stall(50);
  await clock.advance(0);

  expect(result.value).toMatchObject({ code: 'TIMEOUT', what: expect.stringContaining('run') });
  expect(statusesOf(run)).toEqual({ s: 'cancelled', other: 'cancelled' });
});

it('takes one deadline for a run and all steps that have as much time', async () => {
  const { clock, house } = startHouse();
  const workflow = defineWorkflow('w', { deadline: '1m' })
    .step('a', { run: never })
    .step('b', { run: never, policy: { timeout: '1m' } });
  const run = house.start(workflow, undefined);
  watch(run.result);
  await clock.settle();

  expect(house.stats().deadlines).toBe(1);
  run.cancel();
});

it('gives a step that starts when a slot was taken back its whole time', async () => {
  const { clock, engine } = startEngine({ grace: 100 });
  const workflow = defineWorkflow('w', { concurrency: 1 })
    .step('deaf', { run: never, policy: { timeout: 10 } })
    .step('next', { run: never, policy: { timeout: 50 } });
  const run = engine.start(workflow, undefined);
  watch(run.result);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({ deaf: [0, 10], next: [110, 160] });
});

it('gives each retry its whole time, counted from its own start', async () => {
  const { clock, engine } = startEngine({ grace: 0 });
  const policy = { attempts: 3, timeout: 20, backoff: { initial: 15, factor: 1, jitter: 0 } };
  const workflow = defineWorkflow('w').step('s', { run: never, policy });
  const run = engine.start(workflow, undefined);
  watch(run.result);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({ s: [0, 3 * 20 + 2 * 15] });
});

it('counts the attempts of a step for an agent over its tasks', async () => {
  const { clock, house } = startHouse();
  const told: unknown[] = [];
  let calls = 0;
  const flaky = defineAgent('flaky', {
    handle: async (_input: unknown, { attempt }: { readonly attempt: number }) => {
      await sleep(clock, 1);
      if (++calls === 1) throw new Error('no');
      return attempt;
    },
  });
  house.agents.register(flaky);
  house.events.on('task.completed', ({ attempts }) => told.push(attempts));
  const policy = { attempts: 2, backoff: { initial: 0 } };
  const workflow = defineWorkflow('w').step('s', { run: flaky, input: () => 1, policy });
  const run = house.start(workflow, undefined);
  const result = watch(run.result);
  await clock.advance(100);

  expect(result.value).toEqual({ s: 2 });
  expect(told).toEqual([2]);
});

it('does not take the wait for an agent off the time of a step', async () => {
  const { clock, house } = startHouse();
  const ada = defineAgent('ada', { handle: takes(clock, 40, 'done') });
  house.agents.register(ada);
  const first = watch(house.ask(ada, 0));
  const second = watch(house.ask(ada, 0));
  const step = { run: ada, input: () => 1, policy: { timeout: 50 } };
  const run = house.start(defineWorkflow('w').step('s', step), undefined);
  const result = watch(run.result);
  await clock.advance(1_000);

  expect([first.state, second.state, result.value]).toEqual(['fulfilled', 'fulfilled', { s: 'done' }]);
  expect(timesOf(run)).toEqual({ s: [0, 120] });
});

it.each([true, false])('tells the time after `retryWhen` (says %s) has taken its own', async (again) => {
  const { clock, engine } = startEngine();
  const retryWhen = () => {
    clock.stall(30);
    return again;
  };
  const handler = failing(['no'], 'well');
  const workflow = defineWorkflow('w').step('s', {
    run: handler.handle,
    policy: { attempts: 2, backoff: { initial: 0 }, retryWhen },
  });
  const run = engine.start(workflow, undefined);
  watch(run.result);
  await clock.advance(100);
  const events = await eventsOf(run);
  const beginAt = events[0]?.at ?? 0;

  const told = (type: string) => events.find((event) => event.type === type)?.at;
  expect((told(again ? 'step.retried' : 'step.failed') ?? 0) - beginAt).toBe(30);
});

it('counts the next step from when it starts, though the code of a retry went on after its answer', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w')
    .step('s', {
      run: (_input, { attempt }) => {
        if (attempt === 1) throw new Error('no');
        queueMicrotask(() => clock.stall(30));
      },
      policy: { attempts: 2, backoff: { initial: 0 } },
    })
    .step('next', { run: never, after: ['s'], policy: { timeout: 20 } });
  const run = engine.start(workflow, undefined);
  watch(run.result);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({ s: [0, 30], next: [30, 50] });
});

it.each([undefined, 30])(
  'gives steps and runs (deadline %s) their whole time after a long rest',
  async (deadline) => {
    const { clock, engine } = startEngine();
    const workflow = defineWorkflow('w', { deadline })
      .step('s', { run: takes(clock, 15), policy: { timeout: 20 } })
      .step('late', { run: never, policy: { timeout: 20 } });
    watch(engine.run(workflow, undefined));
    await clock.advance(1_000);
    const run = engine.start(workflow, undefined);
    watch(run.result);
    await clock.advance(100);

    expect(timesOf(run)).toEqual({ s: [0, 15], late: [0, 20] });
  },
);

it('gives the step after one for an agent its whole time, though the loop was blocked before the slot was free', async () => {
  const { clock, house } = startHouse();
  const ada = defineAgent('ada', { handle: () => 1 });
  house.agents.register(ada);
  house.events.on('step.completed', ({ step }) => {
    if (step === 'first') queueMicrotask(() => clock.stall(100));
  });
  const workflow = defineWorkflow('w', { concurrency: 1 })
    .step('first', { run: ada, input: () => 1 })
    .step('next', { run: takes(clock, 20), policy: { timeout: 50 } });
  const run = house.start(workflow, undefined);
  watch(run.result);
  await clock.advance(1_000);

  expect(statusesOf(run)).toEqual({ first: 'completed', next: 'completed' });
  expect(timesOf(run)['next']).toEqual([100, 120]);
});

it('ends a step that is a workflow at the time of its policy, and what is below it', async () => {
  const { clock, engine } = startEngine();
  const inner = defineWorkflow('inner').step('hangs', { run: never });
  const workflow = defineWorkflow('w').step('s', {
    run: inner,
    input: () => undefined,
    policy: { timeout: 30 },
  });
  const run = engine.start(workflow, undefined);
  const result = watch(run.result);
  await clock.advance(1_000);

  expect(result.value).toMatchObject({ code: 'RUN_FAILED', cause: { code: 'TIMEOUT', what: 'step "s"' } });
  expect(timesOf(run)).toEqual({ s: [0, 30] });
  expect(engine.stats()).toMatchObject({ active: 0, failed: 2 });
});
