import { describe, expect, it, vi } from 'vitest';
import { defineAgent, defineCapability, type Schema, TimeoutError } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { deskAgent, houseWith, namedAgent, record, types, WORK } from '../support/house.ts';
import { watch } from '../support/outcome.ts';

const plain = { initial: 100, jitter: 0 };
/** Never comes to an end. */
const slowSchema: Schema<unknown, unknown> = {
  '~standard': { version: 1, vendor: 'test', validate: () => new Promise(() => {}) },
};

describe('the timeout of a task', () => {
  it.each([
    [1, 1],
    [250, '250ms'],
    [90_000, '1.5m'],
    [600_000, undefined],
  ])('ends it after %d ms (%o), and not a millisecond earlier', async (ms, timeout) => {
    const { agent, desk } = deskAgent('ada', { policy: { timeout: Number.POSITIVE_INFINITY } });
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask('ada', 1, timeout === undefined ? {} : { timeout: timeout as number }));
    await clock.advance(ms - 1);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toBeInstanceOf(TimeoutError);
    expect(outcome.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: ms, retryable: true });
    expect(desk.job(0).context.signal.aborted).toBe(true);
    desk.job(0).finish();
    await clock.settle();
    expectAtRest(house, clock);
  });

  it('comes from the coordinator where the call does not say', async () => {
    const { agent } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent], tasks: { timeout: '2s' } });
    const outcome = watch(house.ask('ada', 1));
    await clock.advance(2_000);

    expect(outcome.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 2_000 });
  });

  it('counts from acceptance: waiting for an agent is part of it', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    watch(house.ask('ada', 'first'));
    const [waits, runs] = [
      watch(house.ask('ada', 2, { timeout: 100 })),
      watch(house.ask('ada', 3, { timeout: 150 })),
    ];
    await clock.advance(100);
    expect(waits.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 100 });
    desk.job(0).finish();
    await clock.advance(49);
    expect([desk.inputs, runs.state]).toEqual([['first', 3], 'pending']);
    await clock.advance(1);

    expect(runs.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 150 });
    expect(house.tasks.stats()).toMatchObject({ waiting: 0, failed: 2, cancelled: 0 });
  });

  it('goes on through every attempt and every wait between them', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask('ada', 1, { timeout: 1_000, policy: { attempts: 9, backoff: plain } }));
    await clock.advance(400);
    desk.job(0).fail(new Error('bad'));
    await clock.advance(100);
    expect(desk.jobs).toHaveLength(2);
    await clock.advance(499);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 1_000 });
    await clock.advance(60_000);
    expect(desk.jobs).toHaveLength(2);
  });
});

describe('the timeout of an attempt', () => {
  it('ends the attempt to the millisecond, and another follows at another agent', async () => {
    const [slow, quick] = [deskAgent('slow'), namedAgent('quick')];
    const { clock, house } = houseWith({ agents: [slow.agent, quick] });
    const outcome = watch(house.ask(WORK, 1, { policy: { attempts: 2, timeout: 50, backoff: plain } }));
    await clock.advance(49);
    expect(slow.desk.job(0).context.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(slow.desk.job(0).context.signal.aborted).toBe(true);
    await clock.advance(99);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toBe('quick');
  });

  it('names the agent and the work', async () => {
    const { agent } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask(WORK, 1, { policy: { timeout: 50 } }));
    await clock.advance(50);

    expect(outcome.value).toMatchObject({
      code: 'TIMEOUT',
      what: 'attempt of agent "ada" at "work"',
      timeoutMs: 50,
    });
  });

  it('is five minutes where nobody says', async () => {
    const { agent } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask('ada', 1));
    await clock.advance(299_999);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 300_000 });
  });

  it('aborts with the reason that the task fails with', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask('ada', 1, { policy: { timeout: 50 } }));
    await clock.advance(50);

    expect(desk.job(0).context.signal.reason).toBe(outcome.value);
  });

  describe('counts from the start of the attempt, whatever let it start', () => {
    const setUp = (grace: number | string = '5s') => {
      const { agent, desk } = deskAgent('ada', { policy: { timeout: 100 } });
      return { desk, ...houseWith({ agents: [agent], grace: grace as number }) };
    };
    const startsAt = async (
      ms: number,
      { clock, desk }: ReturnType<typeof setUp>,
      outcome: ReturnType<typeof watch>,
    ) => {
      await clock.settle();
      expect([clock.monotonic(), desk.inputs.at(-1)]).toEqual([ms, 'second']);
      expect(desk.job(-1).context.deadline).toBe(clock.now() + 100);
      await clock.advance(99);
      expect(outcome.state).toBe('pending');
      await clock.advance(1);
      expect(outcome.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 100 });
    };

    it('a handler that has settled', async () => {
      const house = setUp();
      watch(house.house.ask('ada', 'first'));
      const second = watch(house.house.ask('ada', 'second'));
      await house.clock.advance(60);
      house.desk.job(0).finish();
      await startsAt(60, house, second);
    });

    it('the end of the grace of one that ignores its signal', async () => {
      const house = setUp(3_000);
      watch(house.house.ask('ada', 'first'));
      const second = watch(house.house.ask('ada', 'second'));
      await house.clock.advance(3_100);
      await startsAt(3_100, house, second);
    });

    it('the end of a wait between two attempts', async () => {
      const house = setUp();
      const backoff = { initial: 700, jitter: 0 };
      const second = watch(house.house.ask('ada', 'second', { policy: { attempts: 2, backoff } }));
      await house.clock.settle();
      house.desk.job(0).fail(new Error('bad'));
      await house.clock.advance(700);
      await startsAt(700, house, second);
    });

    it('the cancellation of a task that had a slot and had not begun', async () => {
      const house = setUp();
      const first = house.house.tasks.submit('ada', 'first');
      const second = watch(house.house.ask('ada', 'second'));
      house.clock.stall(500);
      first.cancel();
      await startsAt(500, house, second);
    });

    it('an agent that came later', async () => {
      const house = setUp();
      const busy = deskAgent('busy', { capabilities: ['other'] });
      house.house.agents.register(busy.agent);
      for (const input of ['keeps it busy', 'waits'])
        watch(house.house.ask({ capabilities: ['other'] }, input));
      await house.clock.advance(400);
      const late = deskAgent('late', { capabilities: ['other'], policy: { timeout: 100 } });
      house.house.agents.register(late.agent);
      await house.clock.advance(99);
      expect(late.desk.job(0).context.signal.aborted).toBe(false);
      await house.clock.advance(1);

      expect(late.desk.job(0).context.signal.aborted).toBe(true);
    });
  });
});

describe('a late output', () => {
  it('is dropped, and reaches no other task', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent], grace: 0 });
    const events = record(house);
    const first = watch(house.ask('ada', 1, { timeout: 10 }));
    await clock.advance(10);
    const second = watch(house.ask('ada', 2));
    await clock.settle();
    desk.job(0).finish('late');
    await clock.settle();

    expect([first.state, second.state]).toEqual(['rejected', 'pending']);
    expect(types(events, 'task.completed')).toEqual([]);
    expect(house.agents.get('ada')).toMatchObject({ completed: 0, activeTasks: 1 });
  });

  it('is never begun with when its time is up by the clock, though a blocked loop has kept its timer from ringing', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    watch(house.ask('ada', 'first'));
    const second = watch(house.ask('ada', 'second', { timeout: 100 }));
    watch(house.ask('ada', 'third', { timeout: 101 }));
    await clock.settle();
    clock.stall(100);
    desk.job(0).finish();
    await clock.settle();

    expect(desk.inputs).toEqual(['first', 'third']);
    expect(second.value).toBeInstanceOf(TimeoutError);
  });

  it('is a timeout although a blocked loop lets it come before the timer', async () => {
    const { agent, desk } = deskAgent('ada', { concurrency: 2 });
    const { clock, house } = houseWith({ agents: [agent] });
    const [late, inTime] = [
      watch(house.ask('ada', 1, { timeout: 100 })),
      watch(house.ask('ada', 2, { timeout: 101 })),
    ];
    await clock.settle();
    clock.stall(100);
    desk.job(0).finish('too late');
    desk.job(1).finish('just in time');
    await clock.settle();

    expect(late.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 100 });
    expect(inTime.value).toBe('just in time');
  });

  it('of an attempt that a blocked loop made late leads to the next attempt', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask('ada', 1, { policy: { attempts: 2, timeout: 50, backoff: plain } }));
    await clock.settle();
    clock.stall(50);
    desk.job(0).finish('too late');
    await clock.advance(100);
    desk.job(1).finish('second');
    await clock.settle();

    expect(outcome.value).toBe('second');
  });

  it('of a handler that blocks the loop itself is a timeout, too', async () => {
    const { clock, house } = houseWith();
    house.agents.register(namedAgent('fine'));
    const { agent } = deskAgent('blocker');
    house.agents.register({ ...agent, handle: () => clock.stall(100) });

    const [late, inTime] = [
      watch(house.ask('blocker', 1, { timeout: 100 })),
      watch(house.ask('fine', 1, { timeout: 101 })),
    ];
    await clock.settle();
    expect([late.state, inTime.state]).toEqual(['rejected', 'fulfilled']);
  });
});

describe('time that is up', () => {
  it('while an asynchronous schema looks at the output ends the task, whatever time its attempt had', async () => {
    const slow = defineCapability('slow', { output: slowSchema });
    const { clock, house } = houseWith({
      agents: [defineAgent('ada', { capabilities: [slow], handle: () => 1 })],
    });
    const outcome = watch(house.ask(slow, 1, { timeout: 100, policy: { timeout: 50 } }));
    await clock.advance(99);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toMatchObject({ code: 'TIMEOUT', what: 'task "slow"', timeoutMs: 100 });
    expectAtRest(house, clock);
  });

  it('for the task and its attempt at once is no reason to ask for another', async () => {
    const retryWhen = vi.fn(() => true);
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const policy = { attempts: 3, timeout: 100, retryWhen, backoff: plain };
    const outcome = watch(house.ask('ada', 1, { timeout: 100, policy }));
    await clock.advance(100);

    expect(outcome.value).toMatchObject({ code: 'TIMEOUT', what: 'task "agent ada"' });
    expect(retryWhen).not.toHaveBeenCalled();
    desk.job(0).finish();
  });
});
