import { describe, expect, it } from 'vitest';
import { memoryTransport } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { deskAgent, houseWith, namedAgent, record, types } from '../support/house.ts';
import { rejection, watch } from '../support/outcome.ts';

describe('a request to the topic of an agent', () => {
  it('is answered by the agent, as a task of it', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const events = record(house);
    const outcome = watch(house.messages.request('agent.ada', 'question'));
    await clock.settle();
    expect(desk.job(0).context).toMatchObject({ agent: 'ada', capability: 'work', attempt: 1 });
    desk.job(0).finish('answer');
    await clock.settle();

    expect(outcome.value).toBe('answer');
    expect(types(events)).toEqual([
      'request.sent',
      'task.submitted',
      'task.started',
      'task.completed',
      'request.completed',
    ]);
    expectAtRest(house, clock);
  });

  it('keeps to the agent’s limit, together with the tasks, in one order', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 2 });
    const { clock, house } = houseWith({ agents: [agent] });
    for (let n = 0; n < 6; n++) {
      if (n % 2 === 0) watch(house.messages.request('agent.ada', n));
      else watch(house.ask('ada', n));
      await clock.settle();
    }
    watch(house.messages.request('agent.ada', 'urgent', { priority: 'critical' }));
    await clock.settle();
    expect([desk.inputs, house.tasks.stats().waiting]).toEqual([[0, 1], 5]);
    for (let n = 0; n < 7; n++) {
      desk.job(n).finish();
      await clock.settle();
    }

    expect(desk.inputs).toEqual([0, 1, 'urgent', 2, 3, 4, 5]);
    expect(desk.peak).toBe(2);
  });

  it('tells the handler until when the sender waits', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 2 });
    const { clock, house } = houseWith({ agents: [agent], messages: { timeout: '20s' } });
    watch(house.messages.request('agent.ada', 1, { timeout: 1_000 }));
    watch(house.messages.request('agent.ada', 1));
    await clock.settle();

    expect(desk.jobs.map(({ context }) => context.deadline)).toEqual([
      clock.now() + 1_000,
      clock.now() + 20_000,
    ]);
  });

  it('waits as long as its sender does, and no shorter', async () => {
    const { agent, desk } = deskAgent('ada', { policy: { timeout: Number.POSITIVE_INFINITY } });
    const { clock, house } = houseWith({ agents: [agent], tasks: { timeout: '1m' } });
    const outcome = watch(house.messages.request('agent.ada', 1, { timeout: '1h' }));
    await clock.advance(3_599_000);
    desk.job(0).finish('answer');
    await clock.settle();

    expect(outcome.value).toBe('answer');
  });

  it('that times out stops the handler, and counts no late reply where there was none', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [{ ...agent, handle: desk.obey as never }] });
    const outcomes = [1, 2].map((n) => watch(house.messages.request('agent.ada', n, { timeout: 100 })));
    await clock.advance(100);

    for (const { value } of outcomes)
      expect(value).toMatchObject({ code: 'TIMEOUT', what: 'request "agent.ada"', timeoutMs: 100 });
    expect(desk.job(0).context.signal.aborted).toBe(true);
    expect(desk.inputs).toEqual([1]);
    expect(house.messages.stats()).toMatchObject({ timedOut: 2, lateReplies: 0 });
    expectAtRest(house, clock);
  });

  it('that is cancelled stops the task, wherever it is', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const controller = new AbortController();
    const outcomes = [1, 2].map((n) =>
      watch(house.messages.request('agent.ada', n, { signal: controller.signal })),
    );
    await clock.settle();
    controller.abort('enough');
    await clock.settle();

    expect(outcomes.map(({ value }) => (value as Error).cause)).toEqual(['enough', 'enough']);
    expect(desk.job(0).context.signal.aborted).toBe(true);
    expect(house.tasks.stats()).toMatchObject({ waiting: 0, cancelled: 2 });
  });

  it('fails as the task fails, with what was thrown as the cause', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent], tasks: { queue: 0 } });
    const thrown = new RangeError('bad');
    const [first, second] = [
      watch(house.messages.request('agent.ada', 1)),
      watch(house.messages.request('agent.ada', 2)),
    ];
    await clock.settle();
    desk.job(0).fail(thrown);
    await clock.settle();

    expect(first.value).toMatchObject({ code: 'HANDLER_FAILED', handler: 'agent "ada"' });
    expect((first.value as Error).cause).toBe(thrown);
    expect(second.value).toMatchObject({ code: 'FULL' });
  });

  it('follows the agent’s policy', async () => {
    let attempts = 0;
    const { agent } = deskAgent('ada', { policy: { attempts: 2, backoff: { initial: 10, jitter: 0 } } });
    const handle = () => {
      if (++attempts === 1) throw new Error('bad');
      return attempts;
    };
    const { clock, house } = houseWith({ agents: [{ ...agent, handle }] });
    const outcome = watch(house.messages.request('agent.ada', 1));
    await clock.advance(10);

    expect(outcome.value).toBe(2);
  });

  it('is refused when the agent has gone', async () => {
    const { house } = houseWith({ agents: [namedAgent('ada')] });
    await house.agents.unregister('ada');

    expect(await rejection(house.messages.request('agent.ada', 1))).toMatchObject({ code: 'NO_RESPONDER' });
  });

  it('is refused while the agent drains', async () => {
    const { agent } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    watch(house.ask('ada', 1));
    await clock.settle();
    watch(house.agents.unregister('ada', { drain: '1m' }));
    const outcome = watch(house.messages.request('agent.ada', 2));
    await clock.settle();

    expect(outcome.value).toMatchObject({ code: 'NO_CANDIDATE' });
  });
});

describe('a request from another coordinator on the same transport', () => {
  const setUp = () => {
    const transport = memoryTransport();
    const { agent, desk } = deskAgent('ada');
    const [server, client] = [
      houseWith({ messages: { transport }, agents: [agent] }),
      houseWith({ messages: { transport } }),
    ];
    return { desk, server, client };
  };

  it('is answered, and leaves nothing behind in either', async () => {
    const { desk, server, client } = setUp();
    const outcome = watch(client.house.messages.request('agent.ada', 'question'));
    await server.clock.settle();
    desk.job(0).finish('answer');
    await server.clock.settle();

    expect([desk.inputs, outcome.value]).toEqual([['question'], 'answer']);
    expectAtRest(server.house, server.clock);
    expectAtRest(client.house, client.clock);
  });

  it('ends with the coordinator of the agent, which is closed within its grace', async () => {
    const { desk, server, client } = setUp();
    const outcome = watch(client.house.messages.request('agent.ada', 1));
    await server.clock.settle();
    const closed = watch(server.house.close());
    expect(desk.job(0).context.signal.aborted).toBe(true);
    await server.clock.advance(5_000);

    expect(outcome.value).toMatchObject({ code: 'CLOSED' });
    expect(closed.value).toMatchObject({ cancelled: 1, abandoned: ['agent "ada"'] });
  });

  it('is not seen by a coordinator that closes with nothing to do with it', async () => {
    const { desk, server, client } = setUp();
    const own = watch(server.house.ask('ada', 'own'));
    await server.clock.settle();
    const sent = watch(client.house.messages.request('agent.ada', 'sent'));
    await server.clock.settle();
    await client.house.close();

    expect(sent.value).toMatchObject({ code: 'CLOSED' });
    expect(server.house.tasks.stats()).toMatchObject({ waiting: 0, active: 1 });
    desk.job(0).finish('done');
    await server.clock.settle();
    expect([own.value, desk.inputs]).toEqual(['done', ['own']]);
  });
});

it('a broadcast to agents becomes a task for each of them', async () => {
  const desks = ['a', 'b', 'c'].map((name) => deskAgent(name));
  const { clock, house } = houseWith({ agents: desks.map(({ agent }) => agent) });
  watch(house.ask('b', 'keeps it busy'));
  expect(house.messages.broadcast('agent.*', 'news')).toBe(3);
  await clock.settle();
  expect(desks.map(({ desk }) => desk.inputs)).toEqual([['news'], ['keeps it busy'], ['news']]);
  desks[1]?.desk.job(0).finish();
  await clock.settle();

  expect(desks[1]?.desk.inputs).toEqual(['keeps it busy', 'news']);
});
