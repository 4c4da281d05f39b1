import { describe, expect, it } from 'vitest';
import {
  type AskOptions,
  CancelledError,
  ClosedError,
  defineAgent,
  type HandlerContext,
  TimeoutError,
} from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { deskAgent, houseWith, namedAgent, record, types } from '../support/house.ts';
import { rejection, watch } from '../support/outcome.ts';

/** An agent that asks another for what it is asked. */
const passingOn = (name: string, to: string, options?: AskOptions) =>
  defineAgent(name, {
    concurrency: 10,
    handle: (input: unknown, { ask }: HandlerContext) => ask(to, input, options),
  });

/** `top` asks `middle`, `middle` asks `bottom`, and `bottom` works when the test says so. */
function setUp(options?: AskOptions) {
  const { agent, desk } = deskAgent('bottom', { concurrency: 10 });
  const { clock, house } = houseWith({
    agents: [
      { ...agent, handle: desk.obey as never },
      passingOn('middle', 'bottom', options),
      passingOn('top', 'middle'),
    ],
  });
  return { clock, house, desk, events: record(house) };
}

describe('what a handler asks for', () => {
  it('is answered through every level', async () => {
    const { clock, house, desk } = setUp();
    const outcome = watch(house.ask('top', 'question'));
    await clock.settle();
    expect(desk.inputs).toEqual(['question']);
    desk.job(0).finish('answer');
    await clock.settle();

    expect(outcome.value).toBe('answer');
    expectAtRest(house, clock);
  });

  it('has at most the time that the handler has left, to the millisecond', async () => {
    const { clock, house, desk } = setUp();
    clock.stall(5_000);
    const outcome = watch(house.ask('top', 1, { timeout: 1_000 }));
    await clock.settle();
    expect(desk.job(0).context.deadline).toBe(clock.now() + 1_000);
    await clock.advance(999);
    expect([outcome.state, desk.job(0).context.signal.aborted]).toEqual(['pending', false]);
    await clock.advance(1);

    expect(desk.job(0).context.signal.aborted).toBe(true);
    expect(outcome.value).toBeInstanceOf(TimeoutError);
    expect(outcome.value).toMatchObject({ what: 'task "agent top"', timeoutMs: 1_000 });
    expectAtRest(house, clock);
  });

  it('has less where it was asked with less, and its timeout is not the asker’s', async () => {
    const { clock, house, desk, events } = setUp({ timeout: 300 });
    const outcome = watch(house.ask('top', 1, { timeout: 1_000 }));
    await clock.settle();
    expect(desk.job(0).context.deadline).toBe(clock.now() + 300);
    await clock.advance(300);

    expect(outcome.value).toMatchObject({
      code: 'HANDLER_FAILED',
      cause: { cause: { code: 'TIMEOUT', timeoutMs: 300 } },
    });
    expect(types(events, 'task.failed')).toHaveLength(3);
  });

  it('has no more where it was asked with more', async () => {
    const { clock, house, desk } = setUp({ timeout: '1h' });
    watch(house.ask('top', 1, { timeout: 1_000 }));
    await clock.settle();

    expect(desk.job(0).context.deadline).toBe(clock.now() + 1_000);
  });

  it('has what is left of the attempt, where that is less than what is left of the task', async () => {
    const { clock, house, desk } = setUp();
    const outcome = watch(house.ask('top', 1, { timeout: 1_000, policy: { timeout: 200 } }));
    await clock.settle();
    expect(desk.job(0).context.deadline).toBe(clock.now() + 200);
    await clock.advance(200);

    expect(desk.job(0).context.signal.aborted).toBe(true);
    expect(outcome.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 200 });
  });

  it('has what is left when it asks, not what there was when it began', async () => {
    const { agent, desk } = deskAgent('bottom');
    const middle = deskAgent('middle');
    const { clock, house } = houseWith({ agents: [agent, middle.agent] });
    watch(house.ask('middle', 1, { timeout: 1_000 }));
    await clock.advance(700);
    watch(middle.desk.job(0).context.ask('bottom', 1));
    await clock.settle();
    expect(desk.job(0).context.deadline).toBe(clock.now() + 300);
    await clock.advance(299);
    expect(desk.job(0).context.signal.aborted).toBe(false);
    await clock.advance(1);

    expect(desk.job(0).context.signal.aborted).toBe(true);
  });

  it('is cancelled with it, two levels down, in the same moment', async () => {
    const { clock, house, desk, events } = setUp();
    const task = house.tasks.submit('top', 1);
    const result = rejection(task.result);
    await clock.settle();
    task.cancel('enough');

    expect(desk.job(0).context.signal.aborted).toBe(true);
    expect(await result).toMatchObject({ code: 'CANCELLED', cause: 'enough' });
    await clock.settle();
    expect(types(events, 'task.cancelled')).toHaveLength(3);
    expectAtRest(house, clock);
  });

  it('is cancelled with it while it waits for its agent', async () => {
    const { agent, desk } = deskAgent('bottom');
    const { clock, house } = houseWith({ agents: [agent, passingOn('top', 'bottom')] });
    watch(house.ask('bottom', 'keeps it busy'));
    const task = house.tasks.submit('top', 'nested');
    await clock.settle();
    expect(house.tasks.stats().waiting).toBe(1);
    task.cancel();
    desk.job(0).finish();
    await clock.settle();

    expect(desk.inputs).toEqual(['keeps it busy']);
    expect(house.tasks.stats()).toMatchObject({ waiting: 0, cancelled: 2 });
  });

  it('stops with the attempt that asked for it, and the next attempt asks anew', async () => {
    const { clock, house, desk } = setUp();
    const policy = { attempts: 2, timeout: 50, backoff: { initial: 10, jitter: 0 } };
    const outcome = watch(house.ask('top', 1, { policy }));
    await clock.advance(60);
    expect(desk.jobs.map(({ context }) => context.signal.aborted)).toEqual([true, false]);
    desk.job(1).finish('second');
    await clock.settle();

    expect(outcome.value).toBe('second');
  });

  it('may be cancelled alone, by its own signal', async () => {
    const controller = new AbortController();
    const { clock, house, desk } = setUp({ signal: controller.signal });
    const outcome = watch(house.ask('top', 1));
    await clock.settle();
    controller.abort('only this');
    await clock.settle();

    expect(desk.job(0).context.signal.aborted).toBe(true);
    expect(outcome.value).toMatchObject({
      code: 'HANDLER_FAILED',
      cause: { cause: { code: 'CANCELLED', cause: 'only this' } },
    });
  });

  it('goes through 5,000 levels, and one cancellation ends them all', async () => {
    const { agent, desk } = deskAgent('bottom');
    const deep = defineAgent('deep', {
      concurrency: Number.POSITIVE_INFINITY,
      handle: (level: number, { ask }: HandlerContext): unknown =>
        level === 0 ? ask('bottom', 1) : ask('deep', level - 1),
    });
    const { clock, house } = houseWith({ agents: [{ ...agent, handle: desk.obey as never }, deep] });
    const task = house.tasks.submit('deep', 5_000);
    const result = rejection(task.result);
    for (let n = 0; desk.jobs.length === 0 && n < 100; n++) await clock.settle();
    task.cancel();

    expect(desk.job(0).context.signal.aborted).toBe(true);
    expect(await result).toBeInstanceOf(CancelledError);
    await clock.advance(5_000);
    expectAtRest(house, clock);
  });
});

describe('what a handler asked for and did not wait for', () => {
  const setUpLoose = () => {
    const { agent, desk } = deskAgent('child');
    const asked: ReturnType<typeof watch>[] = [];
    const parent = defineAgent('parent', {
      handle: (input: unknown, { ask }: HandlerContext) => {
        asked.push(watch(ask('child', input)));
        return 'gone ahead';
      },
    });
    return { desk, asked, ...houseWith({ agents: [agent, parent] }) };
  };

  it('goes on, and keeps the time that it was given', async () => {
    const { clock, house, desk, asked } = setUpLoose();
    expect(await house.ask('parent', 1, { timeout: 1_000 })).toBe('gone ahead');
    await clock.advance(999);
    expect([desk.job(0).context.signal.aborted, asked[0]?.state]).toEqual([false, 'pending']);
    await clock.advance(1);

    expect(asked[0]?.value).toMatchObject({ code: 'TIMEOUT' });
    expect(desk.job(0).context.signal.aborted).toBe(true);
  });

  it('ends with the coordinator, which does not wait for it', async () => {
    const { clock, house, desk, asked } = setUpLoose();
    await house.ask('parent', 1);
    const closed = watch(house.close());
    expect(desk.job(0).context.signal.aborted).toBe(true);
    await clock.advance(5_000);

    expect(asked[0]?.value).toBeInstanceOf(ClosedError);
    expect(closed.value).toEqual({ drained: 0, cancelled: 1, abandoned: ['agent "child"'] });
  });
});

describe('a context that is used too late', () => {
  it('asks for nothing any more', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent, namedAgent('bob')] });
    watch(house.ask('ada', 1));
    await clock.settle();
    const { context } = desk.job(0);
    desk.job(0).finish();
    await clock.settle();

    expect(await rejection(context.ask('bob', 1))).toBeInstanceOf(CancelledError);
    expect(context.signal.aborted).toBe(false);
    expect(house.agents.get('bob')).toMatchObject({ completed: 0 });
  });

  it('after a cancellation gives the reason of that', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent, namedAgent('bob')] });
    const task = house.tasks.submit('ada', 1);
    await clock.settle();
    task.cancel('enough');

    expect(await rejection(desk.job(0).context.ask('bob', 1))).toMatchObject({
      code: 'CANCELLED',
      cause: 'enough',
    });
    expect(desk.job(0).context.signal.aborted).toBe(true);
  });
});

it('is stopped with what it is part of by the one clock, when a blocked loop makes its answer late', async () => {
  const seen: { inner?: unknown; reason?: unknown } = {};
  const { clock, house } = houseWith();
  const outer = defineAgent('outer', {
    policy: { timeout: 20 },
    handle: async (_input: unknown, { ask, signal }: HandlerContext) => {
      seen.inner = await rejection(ask('inner', 1));
      seen.reason = signal.reason;
      return 'late';
    },
  });
  house.agents.register(outer);
  house.agents.register(defineAgent('inner', { handle: () => clock.stall(30) }));
  const outcome = watch(house.ask('outer', 1));
  await clock.settle();

  // No timer has had a chance yet.
  expect(outcome.value).toMatchObject({ code: 'TIMEOUT', what: expect.stringContaining('"outer"') });
  expect(seen.inner).toBe(outcome.value);
  expect(seen.reason).toBe(outcome.value);
  await clock.advance(1);
  expectAtRest(house, clock);
});
