import { describe, expect, it } from 'vitest';
import {
  AgentExistsError,
  AgentRegistry,
  ClosedError,
  defineAgent,
  TopicTakenError,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { deskAgent, houseWith, namedAgent, record, types, WORK } from '../support/house.ts';
import { rejection, thrownBy, watch } from '../support/outcome.ts';

describe('a registered agent', () => {
  it('is known with everything that was said about it, idle and new', () => {
    const clock = new FakeClock({ now: 5_000 });
    const registry = new AgentRegistry({ clock });
    registry.register(namedAgent('ada', { specializations: ['oceans'], concurrency: 4, description: 'd' }));

    expect(registry.get('ada')).toEqual({
      name: 'ada',
      description: 'd',
      capabilities: ['work'],
      specializations: ['oceans'],
      concurrency: 4,
      status: 'idle',
      activeTasks: 0,
      load: 0,
      performance: 1,
      completed: 0,
      failed: 0,
      registeredAt: 5_000,
    });
    expect(registry.get('bob')).toBeUndefined();
  });

  it('is listed with the others in the order of registration', () => {
    const { house } = houseWith({ agents: [namedAgent('c'), namedAgent('a')] });
    house.agents.register(namedAgent('b'));

    expect(house.agents.list().map(({ name }) => name)).toEqual(['c', 'a', 'b']);
    expect(house.agents.size).toBe(3);
  });

  it('tells its load and status as they change', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 2 });
    const { clock, house } = houseWith({ agents: [agent] });
    const now = () => {
      const info = house.agents.get('ada');
      return [info?.status, info?.activeTasks, info?.load, info?.completed, info?.failed];
    };
    const seen = [now()];
    for (let n = 0; n < 2; n++) {
      watch(house.ask('ada', n));
      await clock.settle();
      seen.push(now());
    }
    desk.job(0).finish();
    await clock.settle();
    seen.push(now());
    desk.job(1).fail(new Error('bad'));
    await clock.settle();
    seen.push(now());

    expect(seen).toEqual([
      ['idle', 0, 0, 0, 0],
      ['active', 1, 0.5, 0, 0],
      ['busy', 2, 1, 0, 0],
      ['active', 1, 0.5, 1, 0],
      ['idle', 0, 0, 1, 1],
    ]);
  });

  it('without a limit is never busy, and never loaded', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: Number.POSITIVE_INFINITY });
    const { clock, house } = houseWith({ agents: [agent] });
    for (let n = 0; n < 500; n++) watch(house.ask('ada', n));
    await clock.settle();

    expect(desk.open).toBe(500);
    expect(house.agents.get('ada')).toMatchObject({ status: 'active', activeTasks: 500, load: 0 });
  });
});

describe('a name that is taken', () => {
  it('is refused, and leaves the first agent untouched and at work', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask('ada', 1));
    await clock.settle();
    const [before, events] = [house.agents.get('ada'), record(house)];
    const error = thrownBy(() =>
      house.agents.register(namedAgent('ada', { capabilities: ['other'], concurrency: 9 })),
    );

    expect(error).toBeInstanceOf(AgentExistsError);
    expect(error).toMatchObject({ code: 'AGENT_EXISTS', agent: 'ada', retryable: false });
    expect(house.agents.get('ada')).toEqual(before);
    expect([house.agents.size, house.agents.find({ capabilities: ['other'] }).length, events.length]).toEqual(
      [1, 0, 0],
    );
    desk.job(0).finish('done');
    await clock.settle();
    expect(outcome.value).toBe('done');
  });

  it('by a responder at the agent’s topic is refused, and nothing of the agent stays', async () => {
    const { house } = houseWith({ agents: [namedAgent('bob')] });
    const end = house.messages.respond('agent.ada', () => 'responder');
    const events = record(house);
    expect(
      thrownBy(() => house.agents.register(namedAgent('ada', { capabilities: ['work', 'sing'] }))),
    ).toBeInstanceOf(TopicTakenError);

    expect(house.agents.list().map(({ name }) => name)).toEqual(['bob']);
    expect(house.agents.find({ capabilities: ['sing'] })).toEqual([]);
    expect(house.agents.find(WORK).map(({ agent }) => agent.name)).toEqual(['bob']);
    expect(await rejection(house.ask('ada', 1))).toMatchObject({ code: 'NO_CANDIDATE' });
    expect(types(events, 'agent.')).toEqual([]);
    end();
    house.agents.register(namedAgent('ada'));
    expect(await house.ask('ada', 1)).toBe('ada');
  });

  it('may differ by a look-alike: those are other names', async () => {
    const names = ['a', 'A', 'ａ', 'a\u200b', 'é', 'e\u0301'];
    const { house } = houseWith({ agents: names.map((name) => namedAgent(name)) });

    expect(await Promise.all(names.map((name) => house.ask(name, 1)))).toEqual(names);
  });

  it('may be one that objects have by birth', async () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'then', 'prototype'];
    const { house } = houseWith({ agents: names.map((name) => namedAgent(name, { capabilities: [name] })) });

    expect(await Promise.all(names.map((name) => house.ask({ capabilities: [name] }, 1)))).toEqual(names);
    expect(await rejection(house.ask('valueOf', 1))).toMatchObject({ code: 'NO_CANDIDATE' });
  });
});

it('tells when an agent comes and goes', async () => {
  const { clock, house } = houseWith();
  const events = record(house);
  house.agents.register(defineAgent('ada', { capabilities: ['a', 'b'], handle: () => 1 }));
  await clock.advance(5);
  await house.agents.unregister('ada');
  const at = clock.now();

  expect(events).toEqual([
    { type: 'agent.registered', at: at - 5, agent: 'ada', capabilities: ['a', 'b'] },
    { type: 'agent.unregistered', at, agent: 'ada', stopped: 0 },
  ]);
});

it('tells that an agent came before it tells what the agent does', async () => {
  const busy = deskAgent('busy');
  const { clock, house } = houseWith({ agents: [busy.agent] });
  watch(house.ask(WORK, 1));
  watch(house.ask(WORK, 2));
  await clock.settle();
  const events = record(house);
  house.agents.register(namedAgent('fresh'));
  await clock.settle();

  expect(types(events)).toEqual(['agent.registered', 'task.started', 'task.completed']);
});

it('takes no more agents once it is closed', () => {
  const registry = new AgentRegistry();
  registry.close();

  expect(thrownBy(() => registry.register(namedAgent('ada')))).toBeInstanceOf(ClosedError);
});
