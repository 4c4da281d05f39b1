import { expect, it } from 'vitest';
import { CancelledError, defineWorkflow, type Run } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { watch } from '../support/outcome.ts';
import { linesOf, never, sleep, startHouse, statusesOf, takes } from '../support/workflows.ts';

// The host's own code runs in the midst of a run: mappings, conditions, listeners. Any of it may cancel the run.

async function cancelledFrom(where: string) {
  const { clock, house } = startHouse();
  const calls: string[] = [];
  const ran: { run?: Run } = {};
  const cancelAt = (place: string) => {
    calls.push(place);
    if (place === where) ran.run?.cancel('from within');
  };
  const workflow = defineWorkflow('w')
    .step('s', {
      when: () => {
        cancelAt('when');
        return true;
      },
      input: () => cancelAt('mapping'),
      run: (_input, { attempt }) => {
        cancelAt('code');
        if (attempt === 1) throw new Error('once more');
      },
      policy: {
        attempts: 2,
        backoff: { initial: 0 },
        retryWhen: () => {
          cancelAt('retryWhen');
          return true;
        },
      },
    })
    .step('next', { run: () => cancelAt('next'), after: ['s'] })
    .output(() => cancelAt('output'));
  house.events.onAny(({ type }) => cancelAt(type));
  const run = house.start(workflow, undefined);
  ran.run = run;
  const result = watch(run.result);
  await clock.advance(1_000);
  return { clock, house, run, calls, result };
}

const places = ['when', 'mapping', 'code', 'retryWhen', 'next', 'output'];
const events = ['run.started', 'step.started', 'step.retried', 'step.completed'];

it.each([...places, ...events])('has one end, cancelled, when %s cancels it', async (place) => {
  const { clock, house, run, result } = await cancelledFrom(place);

  expect(run.status).toBe('cancelled');
  expect(result).toMatchObject({ state: 'rejected', value: { cause: 'from within' } });
  expect(result.value).toBeInstanceOf(CancelledError);
  expect(house.stats().workflows).toMatchObject({ active: 0, completed: 0, failed: 0, cancelled: 1 });
  expect((await linesOf(run)).at(-1)).toBe('run.cancelled');
  expectAtRest(house, clock);
});

it.each(['when', 'mapping', 'run.started', 'step.started'])(
  'does not start the step when %s cancels the run just before it',
  async (place) => {
    const { calls } = await cancelledFrom(place);

    expect(calls).not.toContain('code');
  },
);

it.each(['run.completed', 'run.failed'])('comes too late when a listener to %s calls it', async (type) => {
  const { clock, house } = startHouse();
  const fails = type === 'run.failed';
  const workflow = defineWorkflow('w').step('s', {
    run: () => {
      if (fails) throw new Error('no');
    },
  });
  const run = house.start(workflow, undefined);
  house.events.on(type as 'run.completed', () => run.cancel());
  const result = watch(run.result);
  await clock.settle();

  expect(run.status).toBe(fails ? 'failed' : 'completed');
  expect(result.state).toBe(fails ? 'rejected' : 'fulfilled');
});

it('can be closed after a listener cancelled a run at the start of a step that never settles', async () => {
  const { clock, house } = startHouse();
  const run = house.start(defineWorkflow('w').step('s', { run: never }), undefined);
  house.events.on('step.started', () => run.cancel());
  await clock.settle();
  const closed = watch(house.close());
  await clock.advance(5_000);

  expect(closed.state).toBe('fulfilled');
});

it.each([
  { first: 'the step ends', cancelsFirst: false },
  { first: 'the cancellation', cancelsFirst: true },
])(
  'tells the same end in status, result and events when both fall into one moment: $first',
  async ({ cancelsFirst }) => {
    const { clock, house } = startHouse();
    const ends: string[] = [];
    for (const type of ['run.completed', 'run.cancelled'] as const)
      house.events.on(type, () => ends.push(type));
    const cancelLater = () => void sleep(clock, 100).then(() => run.cancel());
    const workflow = defineWorkflow('w').step('s', {
      run: () => {
        if (cancelsFirst) cancelLater();
        const work = takes(clock, 100, 'done')();
        if (!cancelsFirst) cancelLater();
        return work;
      },
    });
    const run: Run = house.start(workflow, undefined);
    const result = watch(run.result);
    await clock.advance(1_000);
    const { status } = run;

    expect(ends).toEqual([`run.${status}`]);
    expect(result.state).toBe(status === 'completed' ? 'fulfilled' : 'rejected');
    expect((await linesOf(run)).at(-1)).toBe(`run.${status}`);
    expect(status).toBe(cancelsFirst ? 'cancelled' : 'completed');
  },
);

it('tells nothing of a step whose `when` cancels the run and then says no', async () => {
  const { clock, house } = startHouse();
  const ran: { run?: Run } = {};
  const workflow = defineWorkflow('w').step('s', {
    run: () => 1,
    when: () => {
      ran.run?.cancel();
      return false;
    },
  });
  const run = house.start(workflow, undefined);
  ran.run = run;
  watch(run.result);
  await clock.settle();

  expect(await linesOf(run)).toEqual(['run.started', 'run.cancelled']);
  expect(statusesOf(run)).toEqual({ s: 'cancelled' });
});

it('keeps its end when a step that was tried again ends well in the same breath', async () => {
  const { clock, house } = startHouse();
  const ran: { run?: Run } = {};
  const told: string[] = [];
  const workflow = defineWorkflow('w').step('s', {
    run: (_input, { attempt }) => {
      if (attempt === 1) throw new Error('once more');
      queueMicrotask(() => ran.run?.cancel());
      return 'well';
    },
    policy: { attempts: 2, backoff: { initial: 0 } },
  });
  const run = house.start(workflow, undefined);
  ran.run = run;
  house.events.onAny((event) => void ('workflow' in event && told.push(event.type)));
  const result = watch(run.result);
  await clock.advance(100);

  expect(result.value).toMatchObject({ code: 'CANCELLED' });
  expect(statusesOf(run)).toEqual({ s: 'cancelled' });
  expect(told.at(-1)).toBe('run.cancelled');
  expect(await linesOf(run)).toEqual([
    'run.started',
    'step.started s',
    'step.retried s',
    'step.started s',
    'step.cancelled s',
    'run.cancelled',
  ]);
});
