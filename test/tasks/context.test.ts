import { describe, expect, it } from 'vitest';
import {
  type CadreEvent,
  defineAgent,
  defineCapability,
  type HandlerContext,
  type Logger,
} from '../../src/index.ts';
import { deskAgent, houseWith, record, types, WORK } from '../support/house.ts';
import { thrownBy, watch } from '../support/outcome.ts';

describe('the context of a handler', () => {
  it('tells what the work is, of whom, and until when', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 9 });
    const { clock, house } = houseWith({ agents: [agent] });
    const task = house.tasks.submit(defineCapability('work'), 1, { timeout: '1m', idempotencyKey: 'key' });
    watch(
      house.ask('ada', 2, {
        timeout: Number.POSITIVE_INFINITY,
        policy: { timeout: Number.POSITIVE_INFINITY },
      }),
    );
    await clock.settle();
    const [first, second] = desk.jobs.map(({ context }) => context);

    expect(first).toMatchObject({
      attempt: 1,
      taskId: task.id,
      idempotencyKey: 'key',
      agent: 'ada',
      capability: 'work',
      runId: undefined,
      deadline: clock.now() + 60_000,
    });
    expect(first?.signal.aborted).toBe(false);
    expect(second?.deadline).toBeUndefined();
    expect(second?.taskId).not.toBe(first?.taskId);
  });

  it('publishes with the agent as the sender', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const got: unknown[] = [];
    house.messages.subscribe('news.*', (body, { sender, topic }) => got.push([topic, body, sender]));
    watch(house.ask('ada', 1));
    await clock.settle();
    desk.job(0).context.publish('news.today', { n: 1 });
    await clock.settle();

    expect(got).toEqual([['news.today', { n: 1 }, 'ada']]);
    expect(thrownBy(() => desk.job(0).context.publish('not a topic', 1))).toMatchObject({
      code: 'INVALID_NAME',
    });
  });

  it('tells how far the work is, until the work has ended', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const events = record(house);
    const task = house.tasks.submit('ada', 1);
    await clock.settle();
    const { context } = desk.job(0);
    context.progress(0.5);
    context.progress({ step: 'almost' });
    desk.job(0).finish();
    await clock.settle();
    context.progress('too late');

    const progress = events.filter(({ type }) => type === 'task.progressed');
    expect(progress).toMatchObject([
      { taskId: task.id, target: 'agent ada', agent: 'ada', value: 0.5, at: clock.now() },
      { value: { step: 'almost' } },
    ]);
  });

  it('logs where the coordinator does', async () => {
    const lines: unknown[][] = [];
    const write = (...items: unknown[]) => void lines.push(items);
    const logger: Logger = { debug: write, info: write, warn: write, error: write };
    const agent = defineAgent('ada', {
      handle: (_input: unknown, { log }: HandlerContext) => log.info('a', 1),
    });
    const { house } = houseWith({ agents: [agent], logger });
    await house.ask('ada', 1);

    expect(lines).toEqual([['a', 1]]);
  });

  it('logs nowhere where nobody said', async () => {
    const agent = defineAgent('ada', {
      handle: (_input: unknown, { log }: HandlerContext) => log.error('nothing'),
    });
    const { house } = houseWith({ agents: [agent] });

    expect(await house.ask('ada', 1)).toBeUndefined();
  });

  it('may be taken apart', async () => {
    const agent = defineAgent('ada', {
      handle: async (_input: unknown, { ask, publish, progress, attempt }: HandlerContext) => {
        publish('t', 1);
        progress(1);
        return [attempt, await ask('bob', 1)];
      },
    });
    const { house } = houseWith({ agents: [agent, defineAgent('bob', { handle: () => 'bob' })] });

    expect(await house.ask('ada', 1)).toEqual([1, 'bob']);
  });
});

describe('the events of a task', () => {
  const story = async (
    end: (desk: ReturnType<typeof deskAgent>['desk'], house: ReturnType<typeof houseWith>) => unknown,
  ) => {
    const { agent, desk } = deskAgent('ada');
    const setup = houseWith({ agents: [agent] });
    const events = record(setup.house);
    const task = setup.house.tasks.submit(WORK, 1, { priority: 'high' });
    watch(task.result);
    await setup.clock.advance(10);
    await end(desk, setup);
    await setup.clock.settle();
    return { events, task, at: setup.clock.now() };
  };

  it('of a task that is done: submitted, started, completed', async () => {
    const { events, task, at } = await story((desk) => desk.job(0).finish());
    const facts = { taskId: task.id, target: 'work' };

    expect(events).toEqual([
      { type: 'task.submitted', at: at - 10, ...facts, priority: 2 },
      { type: 'task.started', at: at - 10, ...facts, agent: 'ada', attempt: 1 },
      { type: 'task.completed', at, ...facts, agent: 'ada', attempts: 1, durationMs: 10 },
    ]);
  });

  it('of a task that fails: submitted, started, failed', async () => {
    const { events, task, at } = await story((desk) => desk.job(0).fail(new RangeError('bad')));

    expect(types(events)).toEqual(['task.submitted', 'task.started', 'task.failed']);
    expect(events[2]).toMatchObject({
      at,
      taskId: task.id,
      agent: 'ada',
      attempts: 1,
      durationMs: 10,
      error: { name: 'HandlerError', code: 'HANDLER_FAILED', cause: { name: 'RangeError', message: 'bad' } },
    });
  });

  it('of a task that waits first: submitted, queued, started, completed', async () => {
    const { events } = await story(async (desk, { clock, house }) => {
      watch(house.ask(WORK, 2));
      await clock.advance(5);
      desk.job(0).finish();
      await clock.advance(5);
      desk.job(1).finish();
    });
    const second = events.filter(
      (event) => 'taskId' in event && event.taskId === (events[2] as { taskId: string }).taskId,
    );

    expect(types(second)).toEqual(['task.submitted', 'task.queued', 'task.started', 'task.completed']);
    expect(second[1]).toMatchObject({ waiting: 1 });
    expect(second[3]).toMatchObject({ durationMs: 10 });
  });

  it('of a task that never reached an agent name none', async () => {
    const { clock, house } = houseWith({ agents: [deskAgent('ada').agent] });
    const events = record(house);
    watch(house.ask('ada', 1));
    watch(house.ask('ada', 2, { timeout: 10 }));
    await clock.advance(10);

    expect(events.at(-1)).toMatchObject({ type: 'task.failed', attempts: 0, error: { code: 'TIMEOUT' } });
    expect(events.at(-1)).not.toHaveProperty('agent');
  });

  it('of a handler that is given up: cancelled, then abandoned', async () => {
    const { events } = await story(async (_desk, { clock, house }) => {
      const handle = house.tasks.submit(WORK, 2);
      handle.cancel();
      void house.agents.unregister('ada');
      await clock.advance(5_000);
    });

    expect(types(events).slice(2)).toEqual([
      'task.submitted',
      'task.queued',
      'task.cancelled',
      'task.failed',
      'agent.unregistered',
      'task.abandoned',
    ]);
    expect(events.at(-1)).toMatchObject({ agent: 'ada' });
  });

  it('are plain JSON-safe data, and tell of time as it was', async () => {
    const { events } = await story((desk) =>
      desk.job(0).fail(Object.assign(new Error('bad'), { self: globalThis })),
    );

    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
  });

  it('say what has happened already: whoever hears of the end finds the task ended and its agent free', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const task = house.tasks.submit('ada', 1);
    const seen: unknown[] = [];
    house.events.on('task.completed', () => seen.push(task.status, house.tasks.stats().completed));
    await clock.settle();
    desk.job(0).finish();
    await clock.settle();

    expect(seen).toEqual(['completed', 1]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('listener');
      },
    ],
  ])('may be listened to by somebody who %s: the task does not notice', async (_what, listener) => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const heard: CadreEvent[] = [];
    house.events.onAny(listener);
    house.events.onAny((event) => heard.push(event));
    const outcome = watch(house.ask('ada', 1));
    await clock.settle();
    desk.job(0).finish('done');
    await clock.settle();

    expect([outcome.value, heard.length, house.stats().events]).toEqual([
      'done',
      3,
      { listeners: 2, listenerErrors: 3 },
    ]);
  });

  it('may cause new work: a listener that submits does not disturb the order', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 2 });
    const { clock, house } = houseWith({ agents: [agent] });
    house.events.once('task.submitted', () => watch(house.ask('ada', 'caused')));
    const events = record(house);
    watch(house.ask('ada', 'first'));
    await clock.settle();

    expect(types(events)).toEqual(['task.submitted', 'task.submitted', 'task.started', 'task.started']);
    expect(new Set(desk.inputs)).toEqual(new Set(['first', 'caused']));
  });
});
