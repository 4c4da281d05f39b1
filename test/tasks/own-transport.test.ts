import { expect, it } from 'vitest';
import {
  defineWorkflow,
  memoryTransport,
  type Reply,
  type Responder,
  type Transport,
} from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { Desk } from '../support/desk.ts';
import { deskAgent, houseWith, namedAgent } from '../support/house.ts';
import { watch } from '../support/outcome.ts';

// Attempts travel as requests, through a transport that may be anybody's.

/** Carries requests as `request` says. */
function transportWith(
  request: (reply: Reply, deliver: () => void, responders: ReadonlyMap<string, Responder>) => void,
): Transport {
  const inner = memoryTransport();
  const responders = new Map<string, Responder>();
  return {
    publish: (message) => inner.publish(message),
    subscribe: (pattern, subscriber) => inner.subscribe(pattern, subscriber),
    topics: (pattern) => inner.topics(pattern),
    request: (reply) => request(reply, () => inner.request(reply), responders),
    respond: (topic, responder) => {
      responders.set(topic, responder);
      inner.respond(topic, responder);
    },
    withdraw: (topic, responder) => inner.withdraw(topic, responder),
  };
}

/** A house whose attempts go to somebody else, who has them in `replies`. */
function houseWithRemote() {
  const replies: Reply[] = [];
  const transport = transportWith((reply) => replies.push(reply));
  const { clock, house } = houseWith({
    messages: { transport },
    agents: [namedAgent('ada', { policy: { timeout: 100 } })],
  });
  return { clock, house, replies };
}

it('gets one message for each attempt, however often it looks', async () => {
  const { clock, house, replies } = houseWithRemote();
  watch(house.ask('ada', 'body', { priority: 'high' }));
  await clock.settle();
  const { message } = replies[0] as Reply;

  expect(message).toMatchObject({ topic: 'agent.ada', body: 'body' });
  expect(replies[0]?.message).toBe(message);
  expect(replies[0]?.message.id).toBe(message.id);
});

it('is told how much time is left, and may answer', async () => {
  const { clock, house, replies } = houseWithRemote();
  const outcome = watch(house.ask('ada', 1));
  await clock.advance(30);
  expect(replies[0]?.timeLeft()).toBe(70);
  replies[0]?.fulfil('from afar');
  await clock.settle();

  expect(outcome.value).toBe('from afar');
  expectAtRest(house, clock);
});

it('is told once when nobody waits any more, and the slot is free', async () => {
  const { clock, house, replies } = houseWithRemote();
  const told: string[] = [];
  const tasks = [house.tasks.submit('ada', 1), house.tasks.submit('ada', 2)];
  await clock.settle();
  replies[0]!.watcher = { waiterGone: () => told.push('first') };
  tasks[0]?.cancel();
  await clock.settle();
  expect([told, replies.length]).toEqual([['first'], 2]);
  replies[1]!.watcher = { waiterGone: () => told.push('second') };
  await clock.advance(100);

  expect(told).toEqual(['first', 'second']);
  expect(tasks.map(({ status }) => status)).toEqual(['cancelled', 'failed']);
  expectAtRest(house, clock);
});

it('may be slow: whoever gets the slot of an attempt that never arrived has its whole time', async () => {
  let slow = true;
  const transport: Transport = transportWith((_reply, deliver) => {
    if (!slow) deliver();
    slow = false;
  });
  const { agent, desk } = deskAgent('ada', { policy: { timeout: 20 } });
  const { clock, house } = houseWith({ messages: { transport }, agents: [agent] });
  const outcomes = [watch(house.ask('ada', 1)), watch(house.ask('ada', 2))];
  await clock.advance(20);
  expect(outcomes[0]?.value).toMatchObject({ code: 'TIMEOUT' });
  await clock.advance(19);
  desk.job(0).finish('in time');
  await clock.settle();

  expect(outcomes[1]?.value).toBe('in time');
  expectAtRest(house, clock);
});

it('may bring work to another agent, where it waits its turn and is stopped with its sender', async () => {
  const transport = transportWith((reply, deliver, responders) => {
    if (reply.topic === 'agent.ada') responders.get('agent.bob')?.receive(reply);
    else deliver();
  });
  const { agent, desk } = deskAgent('bob');
  const { clock, house } = houseWith({ messages: { transport }, agents: [namedAgent('ada'), agent] });
  const own = watch(house.ask('bob', 'own'));
  const task = house.tasks.submit('ada', 'brought');
  await clock.settle();
  expect(desk.inputs).toEqual(['own']);
  desk.job(0).finish();
  await clock.settle();
  expect([own.state, desk.inputs]).toEqual(['fulfilled', ['own', 'brought']]);
  task.cancel();

  expect(desk.job(1).context.signal.aborted).toBe(true);
  desk.job(1).finish();
  await clock.settle();
  expectAtRest(house, clock);
});

it('may bring an attempt twice: the agent begins once', async () => {
  const transport = transportWith((_reply, deliver) => {
    deliver();
    deliver();
  });
  const { agent, desk } = deskAgent('ada', { concurrency: 2 });
  const { clock, house } = houseWith({ messages: { transport }, agents: [agent] });
  const outcome = watch(house.ask('ada', 1));
  await clock.settle();
  desk.job(0).finish('once');
  await clock.settle();

  expect({ inputs: desk.inputs, outcome: outcome.value }).toEqual({ inputs: [1], outcome: 'once' });
  expectAtRest(house, clock);
});

it.each([
  ['while it waits', 'first'],
  ['while it is worked on', 'second'],
  ['when it is answered', 'third'],
])('may bring a request twice, %s: it is taken once', async (_when, moment) => {
  let again: (() => void) | undefined;
  const transport = transportWith((reply, deliver) => {
    if (reply.body === 'twice') again = deliver;
    deliver();
  });
  const { agent, desk } = deskAgent('ada');
  const { clock, house } = houseWith({ messages: { transport }, agents: [agent] });
  const responder = new Desk();
  house.messages.respond('desk', responder.handle, { concurrency: 1 });
  for (const topic of ['desk', 'agent.ada']) {
    const at = topic === 'desk' ? responder : desk;
    watch(house.messages.request(topic, 'before'));
    const outcome = watch(house.messages.request(topic, 'twice'));
    await clock.settle();
    if (moment === 'first') again?.();
    at.job(0).finish();
    await clock.settle();
    if (moment === 'second') again?.();
    at.job(1).finish('answer');
    await clock.settle();
    if (moment === 'third') again?.();
    await clock.settle();

    expect({ topic, inputs: at.inputs, outcome: outcome.value }).toEqual({
      topic,
      inputs: ['before', 'twice'],
      outcome: 'answer',
    });
  }
  expectAtRest(house, clock);
});

it.each(['desk', 'agent.ada'])(
  'may answer %s itself while a handler is at work: its signal aborts, and its slot is free after the grace period',
  async (topic) => {
    let lose: (() => void) | undefined;
    const transport = transportWith((reply, deliver) => {
      deliver();
      lose = () => reply.fail(new Error('the connection is lost'));
    });
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ messages: { transport }, agents: [agent], grace: 100 });
    const responder = new Desk();
    house.messages.respond('desk', responder.handle, { concurrency: 1 });
    const at = topic === 'desk' ? responder : desk;
    const outcome = watch(topic === 'desk' ? house.messages.request('desk', 1) : house.ask('ada', 1));
    await clock.settle();
    lose?.();
    await clock.settle();

    expect(outcome.value).toMatchObject({ message: 'the connection is lost' });
    expect(at.job(0).context.signal.aborted).toBe(true);
    await clock.advance(100);
    expect(await house.close()).toMatchObject({ cancelled: 0 });
    expectAtRest(house, clock);
  },
);

it('may lose the work of a run whose time is up while another step of it waits for the same agent', async () => {
  const transport = transportWith(() => {});
  const { agent } = deskAgent('ada');
  const { clock, house } = houseWith({ messages: { transport }, agents: [agent] });
  const step = { run: agent, input: () => undefined };
  const two = defineWorkflow('two').step('one', step).step('two', step);
  const outcome = watch(house.run(two, undefined, { deadline: 50 }));
  await clock.advance(50);

  expect(outcome.value).toMatchObject({ code: 'TIMEOUT' });
  expectAtRest(house, clock);
});
