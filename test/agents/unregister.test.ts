import { describe, expect, it } from 'vitest';
import { AgentGoneError, defineAgent, NoCandidateError, UnknownAgentError } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { deskAgent, houseWith, namedAgent, WORK } from '../support/house.ts';
import { rejection, watch } from '../support/outcome.ts';

const twoAttempts = { attempts: 2, backoff: { initial: 100, jitter: 0 } };

describe('unregistering an agent', () => {
  it('stops what it has in hand with AGENT_GONE, and its handler hears of it', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 2 });
    const { clock, house } = houseWith({ agents: [agent] });
    const outcomes = [watch(house.ask('ada', 1)), watch(house.ask('ada', 2))];
    await clock.settle();
    const report = await house.agents.unregister('ada');
    await clock.settle();

    expect(report).toEqual({ stopped: 2 });
    for (const { value } of outcomes) {
      expect(value).toBeInstanceOf(AgentGoneError);
      expect(value).toMatchObject({ code: 'AGENT_GONE', agent: 'ada', retryable: true });
    }
    expect(desk.jobs.map(({ context }) => context.signal.aborted)).toEqual([true, true]);
    expect(house.agents.get('ada')).toBeUndefined();
    for (const job of desk.jobs) job.finish();
    await clock.settle();
    expectAtRest(house, clock);
  });

  it('gives what it had in hand to another where the policy has another attempt', async () => {
    const { agent } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask(WORK, 1, { policy: twoAttempts }));
    await clock.settle();
    await house.agents.unregister('ada');
    house.agents.register(namedAgent('bob'));
    await clock.advance(100);

    expect(outcome.value).toBe('bob');
  });

  it('gives it to a new agent of the same name, too', async () => {
    const { agent } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask('ada', 1, { policy: twoAttempts }));
    await clock.settle();
    await house.agents.unregister('ada');
    house.agents.register(namedAgent('ada'));
    await clock.advance(100);

    expect(outcome.value).toBe('ada');
  });

  it('waits for its tasks as long as it may drain, and gives it no new ones', async () => {
    const [ada, bob] = [deskAgent('ada', { concurrency: 2 }), deskAgent('bob')];
    const { clock, house } = houseWith({ agents: [ada.agent, bob.agent] });
    const outcome = watch(house.ask('ada', 1));
    await clock.settle();
    const leaving = watch(house.agents.unregister('ada', { drain: '1m' }));
    await clock.advance(30_000);
    expect(house.agents.get('ada')).toMatchObject({ status: 'draining', activeTasks: 1 });
    expect(house.agents.find(WORK).map(({ agent }) => agent.name)).toEqual(['bob']);
    watch(house.ask(WORK, 2));
    watch(house.ask(WORK, 3));
    expect(await rejection(house.ask('ada', 4))).toBeInstanceOf(NoCandidateError);
    ada.desk.job(0).finish('done');
    await clock.settle();

    expect({ leaving: leaving.value, outcome: outcome.value }).toEqual({
      leaving: { stopped: 0 },
      outcome: 'done',
    });
    expect([ada.desk.inputs, bob.desk.inputs, house.agents.size]).toEqual([[1], [2], 1]);
  });

  it('does not count a task that waits for its next attempt as stopped', async () => {
    const [ada, bob] = [deskAgent('ada'), deskAgent('bob')];
    const { clock, house } = houseWith({ agents: [ada.agent] });
    const outcome = watch(house.ask(WORK, 1, { policy: twoAttempts }));
    await clock.settle();
    ada.desk.job(0).fail(new Error('busy'));
    await clock.settle();
    house.agents.register(bob.agent);
    expect(await house.agents.unregister('ada')).toEqual({ stopped: 0 });
    await clock.advance(100);
    bob.desk.job(0).finish('done');
    await clock.settle();

    expect(outcome.value).toBe('done');
  });

  it('refuses who asks by name for the first time while it drains', async () => {
    const { agent } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    watch(house.ask(WORK, 1));
    await clock.settle();
    watch(house.agents.unregister('ada', { drain: '1m' }));

    expect(await rejection(house.ask('ada', 2))).toBeInstanceOf(NoCandidateError);
  });

  it('stops what has not ended when the drain is over, to the millisecond', async () => {
    const { agent } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask('ada', 1));
    await clock.settle();
    const leaving = watch(house.agents.unregister('ada', { drain: '1m' }));
    await clock.advance(59_999);
    expect([leaving.state, outcome.state]).toEqual(['pending', 'pending']);
    await clock.advance(1);

    expect(leaving.value).toEqual({ stopped: 1 });
    expect(outcome.value).toBeInstanceOf(AgentGoneError);
  });

  it('that drains is over sooner when it is asked again without a drain', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    watch(house.ask('ada', 1));
    await clock.settle();
    const patient = watch(house.agents.unregister('ada', { drain: '1h' }));
    await clock.advance(10);

    expect(await house.agents.unregister('ada')).toEqual({ stopped: 1 });
    desk.job(0).finish();
    await clock.settle();
    expect(patient.value).toEqual({ stopped: 0 });
    expectAtRest(house, clock);
  });

  it('that drains is over for everybody who asked when the last task has ended', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    watch(house.ask('ada', 1));
    await clock.settle();
    const calls = ['1h', '30m'].map((drain) =>
      watch(house.agents.unregister('ada', { drain: drain as '1h' })),
    );
    await clock.advance(10);
    desk.job(0).finish();
    await clock.settle();

    expect(calls.map(({ value }) => value)).toEqual([{ stopped: 0 }, { stopped: 0 }]);
    expectAtRest(house, clock);
  });

  it('that nobody knows, or that is gone, is an error', async () => {
    const { house } = houseWith({ agents: [namedAgent('ada')] });
    await house.agents.unregister('ada');
    const error = await rejection(house.agents.unregister('ada'));

    expect(error).toBeInstanceOf(UnknownAgentError);
    expect(error).toMatchObject({ code: 'UNKNOWN_AGENT', agent: 'ada', retryable: false });
    expect(await rejection(house.agents.unregister(undefined as never))).toBeInstanceOf(UnknownAgentError);
  });

  it.each([Number.NaN, -1, '5', null, Number.POSITIVE_INFINITY])(
    'refuses a drain of %o, and the agent stays',
    async (drain) => {
      const { house } = houseWith({ agents: [namedAgent('ada')] });

      expect(await rejection(house.agents.unregister('ada', { drain } as never))).toMatchObject({
        owner: 'unregister',
        option: 'drain',
      });
      expect(await house.ask('ada', 1)).toBe('ada');
    },
  );

  it('frees its name and its topic', async () => {
    const { house } = houseWith({ agents: [namedAgent('ada')] });
    await house.agents.unregister('ada');
    expect(await rejection(house.messages.request('agent.ada', 1))).toMatchObject({ code: 'NO_RESPONDER' });
    house.agents.register(namedAgent('ada', { concurrency: 7 }));

    expect(await house.messages.request('agent.ada', 1)).toBe('ada');
    expect(house.agents.get('ada')).toMatchObject({ concurrency: 7, completed: 1 });
  });

  it('is done although another has 150,000 tasks under way', async () => {
    const crowd = defineAgent('crowd', {
      concurrency: Number.POSITIVE_INFINITY,
      handle: () => new Promise(() => {}),
    });
    const asker = defineAgent('asker', {
      handle: (_input: unknown, { ask }) => {
        for (let n = 0; n < 150_000; n++) watch(ask('crowd', n));
        return new Promise(() => {});
      },
    });
    const { clock, house } = houseWith({ agents: [crowd, asker, namedAgent('ada')] });
    watch(house.ask('asker', 1));
    await clock.settle();

    expect(await house.agents.unregister('ada')).toEqual({ stopped: 0 });
  });

  it('inside its own handler lets that task end', async () => {
    const { clock, house } = houseWith();
    const { agent, desk } = deskAgent('ada');
    house.agents.register(agent);
    const outcome = watch(house.ask('ada', 1));
    await clock.settle();
    const leaving = watch(house.agents.unregister('ada', { drain: '1s' }).then(() => desk.job(0).finish()));
    await clock.advance(1_000);

    expect(leaving.state).toBe('fulfilled');
    expect(outcome.value).toBeInstanceOf(AgentGoneError);
  });
});

describe('tasks that wait for an agent', () => {
  it('fail with NO_CANDIDATE when the last agent that could do them goes', async () => {
    const [ada, bob] = [deskAgent('ada'), deskAgent('bob')];
    const { clock, house } = houseWith({ agents: [ada.agent, bob.agent] });
    for (let n = 0; n < 2; n++) watch(house.ask(WORK, n));
    const waiting = [watch(house.ask(WORK, 'either')), watch(house.ask('ada', 'ada only'))];
    await clock.settle();
    await house.agents.unregister('ada');
    await clock.settle();
    expect(waiting.map(({ state }) => state)).toEqual(['pending', 'rejected']);
    expect(waiting[1]?.value).toMatchObject({ code: 'NO_CANDIDATE', target: 'agent ada', retryable: true });
    await house.agents.unregister('bob');
    await clock.settle();

    expect(waiting[0]?.value).toBeInstanceOf(NoCandidateError);
    expect(house.tasks.stats()).toMatchObject({ waiting: 0, failed: 4 });
  });

  it('are taken by an agent that comes later, the most urgent first', async () => {
    const busy = deskAgent('busy');
    const { clock, house } = houseWith({ agents: [busy.agent] });
    for (const [n, priority] of (['medium', 'low', 'high', 'medium'] as const).entries())
      watch(house.ask(WORK, n, { priority }));
    await clock.settle();
    const late = deskAgent('late', { concurrency: 2 });
    house.agents.register(late.agent);
    await clock.settle();

    expect([busy.desk.inputs, late.desk.inputs, house.tasks.stats().waiting]).toEqual([[0], [2, 3], 1]);
  });

  it('are not taken by one that cannot do them', async () => {
    const busy = deskAgent('busy', { specializations: ['law'] });
    const { clock, house } = houseWith({ agents: [busy.agent] });
    for (let n = 0; n < 2; n++) watch(house.ask({ capabilities: ['work'], specializations: ['law'] }, n));
    await clock.settle();
    house.agents.register(namedAgent('layman'));
    await clock.settle();
    expect(house.tasks.stats().waiting).toBe(1);
    house.agents.register(namedAgent('lawyer', { specializations: ['law'] }));
    await clock.settle();

    expect(house.tasks.stats().waiting).toBe(0);
  });
});

it('stops once what ends while its neighbour is being stopped', async () => {
  const { agent, desk } = deskAgent('ada', { concurrency: 2 });
  const { clock, house } = houseWith({ agents: [agent], grace: 100 });
  const tasks = [house.tasks.submit('ada', 1), house.tasks.submit('ada', 2)];
  house.events.on('task.failed', () => {
    for (const task of tasks) task.cancel();
  });
  await clock.settle();
  await house.agents.unregister('ada');
  await clock.advance(100);

  expect(tasks.map(({ status }) => status).sort()).toEqual(['cancelled', 'failed']);
  expect(house.tasks.stats()).toMatchObject({ abandoned: 2, failed: 1, cancelled: 1 });
  expectAtRest(house, clock);
  for (const job of desk.jobs) job.finish();
  await clock.settle();
  expectAtRest(house, clock);
});
