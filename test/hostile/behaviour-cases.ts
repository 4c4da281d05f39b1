import assert from 'node:assert/strict';
import {
  type Agent,
  Coordinator,
  defineAgent,
  defineWorkflow,
  type HandlerContext,
  MessageBroker,
  memoryTransport,
  type Reply,
} from '../../src/index.ts';
import { type Case, raise } from './case.ts';
import { checkTyped, outcomeOf, rejection } from './outcome.ts';
import type { World } from './world.ts';

type Scene = (world: World) => Promise<void>;
type Handle = (input: number, context: HandlerContext) => unknown;

/** Registers an agent whose handler sees a number. */
function agent({ house }: World, name: string, handle: Handle, concurrency = 1): Agent<number, unknown> {
  const made = defineAgent(name, { handle: handle as never, concurrency }) as Agent<number, unknown>;
  house.agents.register(made);
  return made;
}

/** What a call that waits for itself ends with, once its time is up. */
async function runsOut(world: World, call: () => Promise<unknown>, code: string): Promise<void> {
  const outcome = await outcomeOf(call, () => world.clock.advance('1h'));
  assert.equal(outcome.end, 'rejected');
  let { error } = outcome as { error: unknown };
  while ((error as { code?: string }).code === 'HANDLER_FAILED') error = (error as { cause: unknown }).cause;
  checkTyped(error, code);
}

const circles: Readonly<Record<string, Scene>> = {
  'an agent that asks itself and has one slot': (world) => {
    agent(world, 'ada', (n, { ask }) => ask('ada', n - 1));
    return runsOut(world, () => world.house.ask('ada', 1, { timeout: '1s' }), 'TIMEOUT');
  },
  'an agent that asks itself and has slots': async (world) => {
    agent(world, 'ada', (n, { ask }) => (n === 0 ? 'end' : ask('ada', n - 1)), 50);
    assert.equal(await world.house.ask('ada', 49), 'end');
  },
  'an agent that asks itself for ever': (world) => {
    agent(world, 'ada', (n, { ask }) => ask('ada', n + 1), 100);
    return runsOut(world, () => world.house.ask('ada', 1, { timeout: '1s' }), 'TIMEOUT');
  },
  'two agents that ask each other': (world) => {
    agent(world, 'ada', (n, { ask }) => ask('ben', n));
    agent(world, 'ben', (n, { ask }) => ask('ada', n));
    return runsOut(world, () => world.house.ask('ada', 1, { timeout: '1s' }), 'TIMEOUT');
  },
  'three agents that ask each other': (world) => {
    agent(world, 'ada', (n, { ask }) => ask('ben', n));
    agent(world, 'ben', (n, { ask }) => ask('cleo', n));
    agent(world, 'cleo', (n, { ask }) => ask('ada', n));
    return runsOut(world, () => world.house.ask('ada', 1, { timeout: '1s' }), 'TIMEOUT');
  },
  'a responder that requests itself': (world) => {
    const { messages } = world.house;
    messages.respond('desk', () => messages.request('desk', 1, { timeout: '1s' }), { concurrency: 1 });
    return runsOut(world, () => messages.request('desk', 1, { timeout: '2s' }), 'TIMEOUT');
  },
  'an agent that sends itself a request by topic': (world) => {
    agent(world, 'ada', () => world.house.messages.request('agent.ada', 1, { timeout: '1s' }));
    return runsOut(world, () => world.house.ask('ada', 1, { timeout: '2s' }), 'TIMEOUT');
  },
  'a step that runs its own workflow again': async (world) => {
    const { house } = world;
    const workflow = defineWorkflow<number>('w').step('s', {
      run: ({ input }): Promise<unknown> =>
        input === 0 ? Promise.resolve('end') : house.run(workflow, input - 1),
    });
    assert.match(JSON.stringify(await house.run(workflow, 100)), /"s":"end"/);
  },
};

const leaving: Readonly<Record<string, Scene>> = {
  'an agent that unregisters itself': async (world) => {
    const ada = agent(world, 'ada', () => world.house.agents.unregister('ada'));
    checkTyped(await rejection(world.house.ask(ada, 1)), 'AGENT_GONE');
    await world.clock.settle();
    assert.equal(world.house.agents.get('ada'), undefined);
  },
  'an agent that unregisters itself and drains': async (world) => {
    const { house } = world;
    agent(world, 'ada', () => house.agents.unregister('ada', { drain: '1s' }));
    const asked = outcomeOf(() => house.ask('ada', 1));
    await world.clock.advance('10s');
    checkTyped(((await asked) as { error: unknown }).error, 'AGENT_GONE');
  },
  'an agent that registers its own name again': async (world) => {
    const { house } = world;
    const ada: Agent<number, unknown> = agent(world, 'ada', () => house.agents.register(ada));
    const error = await rejection(house.ask(ada, 1));
    checkTyped(error, 'HANDLER_FAILED');
    checkTyped(error.cause, 'AGENT_EXISTS');
  },
  'an agent that is replaced while it works': async (world) => {
    const { house } = world;
    const old = agent(world, 'ada', async () => {
      await house.agents.unregister('ada');
      house.agents.register(defineAgent('ada', { handle: () => 'new' }));
      return 'old';
    });
    checkTyped(await rejection(house.ask(old, 1)), 'AGENT_GONE');
    await world.clock.settle();
    assert.equal(await house.ask('ada', 1), 'new');
  },
  'a handler that cancels its own task': async (world) => {
    const { tasks } = world.house;
    agent(world, 'ada', () => task.cancel('enough'));
    const task = tasks.submit('ada', 1);
    const error = await rejection(task.result);
    checkTyped(error, 'CANCELLED');
    assert.equal(error.cause, 'enough');
  },
  'a step that cancels its own run': async ({ house }) => {
    let cancel = (): void => {};
    const workflow = defineWorkflow('w')
      .step('a', { run: () => cancel() })
      .step('b', { run: () => raise(new Error('never')), after: ['a'] });
    const run = house.start(workflow, undefined);
    cancel = () => run.cancel();
    checkTyped(await rejection(run.result), 'CANCELLED');
    assert.deepEqual(
      run.snapshot().steps.map(({ status }) => status),
      ['cancelled', 'cancelled'],
    );
  },
  'a subscriber that ends itself and subscribes anew': async ({ house, clock }) => {
    let calls = 0;
    const subscribe = (): (() => void) =>
      house.messages.subscribe('news', () => {
        calls++;
        end();
        end = subscribe();
      });
    let end = subscribe();
    for (let n = 0; n < 3; n++) house.messages.publish('news', n);
    await clock.settle();
    assert.equal(calls, 3);
    end();
  },
  'a responder that ends itself': async ({ house }) => {
    const end = house.messages.respond('desk', () => {
      end();
      return 'last';
    });
    assert.equal(await house.messages.request('desk', 1), 'last');
    checkTyped(await rejection(house.messages.request('desk', 1)), 'NO_RESPONDER');
  },
};

const floods: Readonly<Record<string, Scene>> = {
  'a subscriber that publishes to itself a thousand times': async ({ house, clock }) => {
    let calls = 0;
    house.messages.subscribe('news', () => {
      if (++calls < 1_000) house.messages.publish('news', 1);
    });
    house.messages.publish('news', 1);
    await clock.settle();
    assert.equal(calls, 1_000);
  },
  'a listener that causes what it hears a thousand times': async ({ house, clock }) => {
    let calls = 0;
    house.events.on('message.published', () => {
      if (++calls < 1_000) house.messages.publish('news', 1);
    });
    house.messages.publish('news', 1);
    await clock.settle();
    assert.equal(calls, 1_000);
  },
  'a subscriber that subscribes at every message': async ({ house, clock }) => {
    let calls = 0;
    house.messages.subscribe('news', () => {
      calls++;
      house.messages.subscribe('news', () => calls++);
    });
    for (let n = 0; n < 20; n++) house.messages.publish('news', n);
    await clock.settle();
    assert.ok(calls >= 20 && calls < 1_000);
  },
  'more requests than may wait': async (world) => {
    const { messages } = world.house;
    let free = (): void => {};
    messages.respond(
      'desk',
      () =>
        new Promise<void>((yes) => {
          free = yes;
        }),
      { concurrency: 1, waiting: 10 },
    );
    const ends = Array.from({ length: 100 }, () => outcomeOf(() => messages.request('desk', 1)));
    await world.clock.settle();
    for (let n = 0; n < 11; n++) {
      free();
      await world.clock.settle();
    }
    const outcomes = await Promise.all(ends);
    assert.equal(outcomes.filter(({ end }) => end === 'returned').length, 11);
    for (const outcome of outcomes) if (outcome.end === 'rejected') checkTyped(outcome.error, 'FULL');
  },
  'more tasks than may wait': async ({ clock }) => {
    const stuck = defineAgent('stuck', { handle: () => new Promise(() => {}) });
    const house = new Coordinator({ clock, agents: [stuck], tasks: { queue: 100 } });
    const taken = Array.from({ length: 101 }, () => house.tasks.submit('stuck', 1));
    assert.throws(() => house.tasks.submit('stuck', 1), { code: 'FULL' });
    for (const task of taken) task.cancel();
    await clock.advance('1m');
    assert.equal(house.stats().tasks.cancelled, 101);
    await house.close();
  },
};

/** The answers that a transport of one's own can give. */
async function answered(answer: (reply: Reply) => void): Promise<{ value?: unknown; broker: MessageBroker }> {
  const inner = memoryTransport();
  const broker = new MessageBroker({
    transport: {
      publish: (message) => inner.publish(message),
      subscribe: (pattern, subscriber) => inner.subscribe(pattern, subscriber),
      topics: (pattern) => inner.topics(pattern),
      respond: (topic, responder) => inner.respond(topic, responder),
      withdraw: (topic, responder) => inner.withdraw(topic, responder),
      request: answer,
    },
  });
  const outcome = await outcomeOf(() => broker.request('desk', 1));
  return { ...outcome, broker };
}

const answers: Readonly<Record<string, Scene>> = {
  'an answer twice': async () => {
    const { value, broker } = await answered((reply) => {
      reply.fulfil('first');
      reply.fulfil('second');
      reply.fail(new Error('third'));
    });
    assert.equal(value, 'first');
    assert.deepEqual([broker.stats().replied, broker.stats().lateReplies], [1, 2]);
    broker.close();
  },
  'an answer to another request': async () => {
    const replies: Reply[] = [];
    const first = answered((reply) => {
      replies.push(reply);
      reply.fulfil('one');
    });
    assert.equal((await first).value, 'one');
    replies[0]?.fulfil('again');
    assert.equal((await answered((reply) => reply.fulfil('two'))).value, 'two');
    (await first).broker.close();
  },
  'an answer after the time is up': async ({ house, clock }) => {
    let answer: (value: string) => void = () => {};
    house.messages.respond(
      'desk',
      () =>
        new Promise((yes) => {
          answer = yes;
        }),
    );
    const outcome = outcomeOf(() => house.messages.request('desk', 1, { timeout: '1s' }));
    await clock.advance('1s');
    checkTyped(((await outcome) as { error: unknown }).error, 'TIMEOUT');
    answer('late');
    await clock.settle();
    assert.equal(house.stats().messages.lateReplies, 1);
  },
  'progress after the end': async ({ house }) => {
    const told: unknown[] = [];
    house.events.on('task.progressed', ({ value }) => told.push(value));
    let progress: HandlerContext['progress'] = () => {};
    house.agents.register(
      defineAgent('ada', {
        handle: (_: unknown, ctx) => {
          progress = ctx.progress;
          progress('in time');
        },
      }),
    );
    await house.ask('ada', 1);
    progress('late');
    assert.deepEqual(told, ['in time']);
  },
  'a question after the end': async (world) => {
    const { house } = world;
    let late: HandlerContext | undefined;
    agent(world, 'ada', (n, context) => {
      late ??= context;
      return n;
    });
    await house.ask('ada', 1);
    const outcome = await outcomeOf(() => (late as HandlerContext).ask('ada', 2));
    if (outcome.end === 'rejected') checkTyped(outcome.error, 'CANCELLED');
    else assert.deepEqual(outcome, { end: 'returned', value: 2 });
  },
  'a handle that is cancelled twice, and after the end': async (world) => {
    agent(world, 'ada', (n) => n);
    const task = world.house.tasks.submit('ada', 1);
    assert.equal(await task.result, 1);
    task.cancel('late');
    task.cancel('later');
    assert.equal(task.status, 'completed');
    assert.equal(world.house.stats().tasks.cancelled, 0);
  },
};

/** What agents, responders, subscribers and steps do to themselves and to each other. */
export const behaviourCases: readonly Case[] = Object.entries({ circles, leaving, floods, answers }).flatMap(
  ([position, scenes]) =>
    Object.entries(scenes).map(([name, run]): Case => ({ category: 'behaviours', position, name, run })),
);
