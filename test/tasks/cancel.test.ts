import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CancelledError, type TaskHandle } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { deskAgent, houseWith, record, types, WORK } from '../support/house.ts';
import { rejection, watch } from '../support/outcome.ts';

const policy = { attempts: 5, backoff: { initial: 100, jitter: 0 } };
const reasons = [
  undefined,
  null,
  '',
  'text',
  0,
  Symbol.for('why'),
  new Error('why'),
  Object.freeze({ why: 1 }),
];

/** Everything a cancellation is tried on: one agent of one slot, and a task on its way to it. */
function setUp(handle: 'handle' | 'obey' = 'handle') {
  const { agent, desk } = deskAgent('ada');
  const { clock, house } = houseWith({ agents: [{ ...agent, handle: desk[handle] as never }] });
  return { clock, house, desk, events: record(house) };
}
type House = ReturnType<typeof setUp>;

const phases: [string, (house: House) => Promise<void>, runs: boolean][] = [
  ['that has just been submitted', async () => {}, false],
  ['that waits for its agent', async ({ clock }) => clock.advance(10), false],
  ['that runs', async ({ clock }) => clock.advance(10), true],
  [
    'that waits for its next attempt',
    async ({ clock, desk }) => {
      await clock.settle();
      desk.job(-1).fail(new Error('bad'));
      await clock.advance(50);
    },
    false,
  ],
  [
    'that runs for the second time',
    async ({ clock, desk }) => {
      await clock.settle();
      desk.job(-1).fail(new Error('bad'));
      await clock.advance(100);
    },
    true,
  ],
];

describe.each([
  ['its handle', (task: TaskHandle, _controller: AbortController, reason: unknown) => task.cancel(reason)],
  [
    'its signal',
    (_task: TaskHandle, controller: AbortController, reason: unknown) => controller.abort(reason),
  ],
])('cancelling by %s', (_how, cancel) => {
  it.each(phases)('ends a task %s at once and for good', async (phase, reach, runs) => {
    const setup = setUp();
    const { clock, house, desk, events } = setup;
    const controller = new AbortController();
    if (phase === 'that waits for its agent') watch(house.ask('ada', 'keeps it busy'));
    const task = house.tasks.submit('ada', 'it', { policy, signal: controller.signal });
    const result = rejection(task.result);
    await reach(setup);
    const started = desk.inputs.filter((input) => input === 'it').length;
    cancel(task, controller, 'enough');

    expect(task.status).toBe('cancelled');
    if (runs) expect(desk.job(-1).context.signal.aborted).toBe(true);
    expect(await result).toBeInstanceOf(CancelledError);
    expect(await result).toMatchObject({
      code: 'CANCELLED',
      what: 'task "agent ada"',
      cause: 'enough',
      retryable: false,
    });
    for (const job of desk.jobs) job.finish('late');
    await clock.advance(600_000);
    expect(desk.inputs.filter((input) => input === 'it')).toHaveLength(started);
    expect(task.status).toBe('cancelled');
    expect(types(events, 'task.c')).toContain('task.cancelled');
    expect(events.filter((event) => 'taskId' in event && event.taskId === task.id).at(-1)?.type).toBe(
      'task.cancelled',
    );
    expect(house.tasks.stats()).toMatchObject({ cancelled: 1, failed: 0 });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expectAtRest(house, clock);
  });

  it.each(reasons)('keeps the reason %o as it was', async (reason) => {
    const { clock, house } = setUp();
    const controller = new AbortController();
    const task = house.tasks.submit('ada', 1, { signal: controller.signal });
    const result = rejection(task.result);
    await clock.settle();
    cancel(task, controller, reason);
    const { cause } = (await result) as Error;

    // A signal makes an AbortError of an undefined reason by itself.
    if (reason === undefined && controller.signal.aborted) expect(cause).toBe(controller.signal.reason);
    else expect(Object.is(cause, reason)).toBe(true);
  });

  it('does nothing to a task that has ended', async () => {
    const { clock, house, desk } = setUp();
    const controller = new AbortController();
    const task = house.tasks.submit('ada', 1, { signal: controller.signal });
    await clock.settle();
    desk.job(0).finish('done');
    await clock.settle();
    cancel(task, controller, 'too late');

    expect([task.status, await task.result]).toEqual(['completed', 'done']);
    expect(desk.job(0).context.signal.aborted).toBe(false);
    expect(house.tasks.stats()).toMatchObject({ completed: 1, cancelled: 0 });
  });
});

describe('a cancelled task', () => {
  it('by a signal that has aborted already is accepted as cancelled, and never starts', async () => {
    const { clock, house, desk, events } = setUp();
    const task = house.tasks.submit('ada', 1, { signal: AbortSignal.abort('before') });
    expect(task.status).toBe('cancelled');
    await clock.settle();

    expect(await rejection(task.result)).toMatchObject({ code: 'CANCELLED', cause: 'before' });
    expect([desk.jobs.length, types(events)]).toEqual([0, ['task.submitted', 'task.cancelled']]);
    expectAtRest(house, clock);
  });

  it('gives its place in the queue to the next', async () => {
    const { clock, house, desk } = setUp();
    const tasks = [1, 2, 3].map((n) => house.tasks.submit('ada', n));
    await clock.settle();
    tasks[1]?.cancel();
    desk.job(0).finish();
    await clock.settle();

    expect([desk.inputs, house.tasks.stats().waiting]).toEqual([[1, 3], 0]);
  });

  it('whose handler notices frees its slot in the same moment', async () => {
    const { clock, house, desk } = setUp('obey');
    const tasks = [1, 2].map((n) => house.tasks.submit('ada', n));
    await clock.settle();
    tasks[0]?.cancel();
    await clock.settle();

    expect([desk.inputs, house.tasks.stats().abandoned]).toEqual([[1, 2], 0]);
  });

  it('and its output in one turn have one outcome, the same in promise, status, event and counter', async () => {
    for (const first of ['cancel', 'finish'] as const) {
      const { clock, house, desk, events } = setUp();
      const task = house.tasks.submit('ada', 1);
      const outcome = watch(task.result);
      await clock.settle();
      if (first === 'finish') desk.job(0).finish('done');
      task.cancel();
      if (first === 'cancel') desk.job(0).finish('done');
      await clock.settle();

      expect([outcome.state, task.status, types(events).at(-1)]).toEqual([
        'rejected',
        'cancelled',
        'task.cancelled',
      ]);
      expect(house.tasks.stats()).toMatchObject({ cancelled: 1, completed: 0 });
    }
  });

  it('does not count against the agent', async () => {
    const { clock, house } = setUp();
    const task = house.tasks.submit('ada', 1);
    await clock.settle();
    task.cancel();

    expect(house.agents.get('ada')).toMatchObject({ performance: 1, failed: 0 });
  });

  it('starts nothing again when it ends in the moment in which its next attempt is due', async () => {
    const { clock, house, desk, events } = setUp();
    const task = house.tasks.submit('ada', 'it', { policy });
    const result = rejection(task.result);
    await clock.settle();
    // Times out in the millisecond in which the wait is over, and is heard of before the next attempt begins.
    house.messages.respond('never', () => new Promise(() => {}));
    house.messages.request('never', 1, { timeout: 100 }).catch(() => task.cancel('in between'));
    desk.job(0).fail(new Error('bad'));
    await clock.advance(100);

    expect(await result).toMatchObject({ code: 'CANCELLED', cause: 'in between' });
    expect([task.status, desk.inputs, types(events, 'task.').at(-1)]).toEqual([
      'cancelled',
      ['it'],
      'task.cancelled',
    ]);
    expect(house.tasks.stats()).toMatchObject({ waiting: 0, active: 0 });
  });

  it('by who hears of its start does not begin, and leaves its agent free', async () => {
    const { clock, house, desk, events } = setUp();
    const task = house.tasks.submit('ada', 'first');
    house.events.once('task.started', () => task.cancel('not now'));
    watch(house.ask('ada', 'second'));
    await clock.settle();

    expect(await rejection(task.result)).toMatchObject({ code: 'CANCELLED', cause: 'not now' });
    expect(desk.inputs).toEqual(['second']);
    expect(house.tasks.stats()).toMatchObject({ active: 1, waiting: 0, cancelled: 1 });
    expect(types(events, 'task.started')).toHaveLength(2);
  });

  it('tells how many attempts there were', async () => {
    for (const [busy, attempts] of [
      [false, 2],
      [true, 1],
    ] as const) {
      const { clock, house, desk, events } = setUp();
      const task = house.tasks.submit('ada', 'it', { policy });
      await clock.settle();
      desk.job(0).fail(new Error('bad'));
      await clock.advance(50);
      if (busy) watch(house.ask('ada', 'keeps it busy'));
      await clock.advance(50);
      task.cancel();

      expect(events.at(-1)).toMatchObject({ type: 'task.cancelled', attempts });
    }
  });
});

describe('one signal', () => {
  it('carries one listener for 1,000 tasks, and none when they have ended', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 100 });
    const { clock, house } = houseWith({ agents: [agent] });
    const controller = new AbortController();
    const listeners = () => getEventListeners(controller.signal, 'abort').length;
    const outcomes = Array.from({ length: 1_000 }, (_, n) =>
      watch(house.ask(WORK, n, { signal: controller.signal })),
    );
    await clock.settle();
    expect([listeners(), house.tasks.stats().waiting, clock.pendingTimers]).toEqual([1, 900, 1]);
    for (let done = 0; done < 1_000; done++) {
      if (done % 100 === 0) await clock.settle();
      desk.job(done).finish();
    }
    await clock.settle();

    expect(outcomes.every(({ state }) => state === 'fulfilled')).toBe(true);
    expect(listeners()).toBe(0);
    expectAtRest(house, clock);
  });

  it('cancels 1,000 at once, wherever they are, and starts none of those that waited', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 100 });
    const { clock, house } = houseWith({ agents: [{ ...agent, handle: desk.obey as never }] });
    const events = record(house);
    const controller = new AbortController();
    const outcomes = Array.from({ length: 1_000 }, (_, n) =>
      watch(house.ask(WORK, n, { signal: controller.signal })),
    );
    await clock.settle();
    controller.abort();
    await clock.settle();

    expect(outcomes.every(({ value }) => value instanceof CancelledError)).toBe(true);
    expect(desk.jobs).toHaveLength(100);
    expect(types(events, 'task.started')).toHaveLength(100);
    expectAtRest(house, clock);
  });

  it('cancels those that have not begun, and none of them starts', async () => {
    const { clock, house, desk, events } = setUp();
    const controller = new AbortController();
    for (let n = 0; n < 5; n++) watch(house.ask('ada', n, { signal: controller.signal }));
    controller.abort();
    await clock.settle();

    expect([desk.jobs.length, types(events, 'task.started').length]).toEqual([0, 0]);
    expect(house.tasks.stats()).toMatchObject({ cancelled: 5, waiting: 0, active: 0 });
  });
});
