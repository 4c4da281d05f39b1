import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestMatch, FullError, leastLoaded, type Priority, roundRobin } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { deskAgent, houseWith, namedAgent, WORK } from '../support/house.ts';
import { rejection, thrownBy, watch } from '../support/outcome.ts';

describe('the concurrency of an agent', () => {
  const move = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        target: fc.constantFrom('work', 'a', 'b', 'message'),
        timeout: fc.integer({ min: 1, max: 40 }),
        attempts: fc.constantFrom(1, 1, 2),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('end' as const),
        at: fc.nat(),
        how: fc.constantFrom('finish' as const, 'fail' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 20 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), at: fc.nat() }) },
  );

  it('is never exceeded, nobody waits beside a free agent, and every task ends once, under any load', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          a: fc.integer({ min: 1, max: 3 }),
          b: fc.integer({ min: 1, max: 3 }),
          queue: fc.integer({ min: 0, max: 4 }),
          strategy: fc.constantFrom(leastLoaded, roundRobin, bestMatch),
        }),
        fc.array(move, { maxLength: 60, size: 'max' }),
        async ({ a, b, queue, strategy }, moves) => {
          const desks = { a: deskAgent('a', { concurrency: a }), b: deskAgent('b', { concurrency: b }) };
          const { clock, house } = houseWith({
            agents: [desks.a.agent, desks.b.agent],
            routing: strategy(),
            grace: '1h',
            tasks: { queue },
          });
          const jobs = () => [...desks.a.desk.openJobs, ...desks.b.desk.openJobs];
          const outcomes: ReturnType<typeof watch>[] = [];
          const controllers: AbortController[] = [];
          for (const step of moves) {
            if (step.kind === 'ask') {
              const controller = new AbortController();
              controllers.push(controller);
              const options = { timeout: step.timeout, signal: controller.signal };
              const policy = { attempts: step.attempts, backoff: { initial: 3 } };
              if (step.target === 'message')
                outcomes.push(watch(house.messages.request('agent.a', 1, options)));
              else
                outcomes.push(
                  watch(house.ask(step.target === 'work' ? WORK : step.target, 1, { ...options, policy })),
                );
            } else if (step.kind === 'end') jobs()[step.at % (jobs().length || 1)]?.[step.how](1);
            else if (step.kind === 'wait') await clock.advance(step.ms);
            else if (step.kind === 'cancel') controllers[step.at % controllers.length]?.abort();
            await clock.settle();
            const stats = house.tasks.stats();
            expect(desks.a.desk.open).toBeLessThanOrEqual(a);
            expect(desks.b.desk.open).toBeLessThanOrEqual(b);
            expect(stats.active).toBe(desks.a.desk.open + desks.b.desk.open);
            expect(stats.waiting).toBeLessThanOrEqual(queue);
            if (desks.a.desk.open < a && desks.b.desk.open < b) expect(stats.waiting).toBe(0);
            expect(house.agents.list().map(({ activeTasks }) => activeTasks)).toEqual([
              desks.a.desk.open,
              desks.b.desk.open,
            ]);
          }
          await clock.advance(100);
          while (jobs().length > 0) {
            for (const job of jobs()) job.finish();
            await clock.advance(50);
          }

          expect(outcomes.every(({ state }) => state !== 'pending')).toBe(true);
          const { submitted, completed, failed, cancelled } = house.tasks.stats();
          expect(completed + failed + cancelled).toBe(submitted);
          expectAtRest(house, clock);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is one where the agent does not say', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    for (let n = 0; n < 3; n++) watch(house.ask('ada', n));
    await clock.settle();

    expect([desk.open, house.tasks.stats().waiting]).toEqual([1, 2]);
  });

  it('is kept by a task that was cancelled until its handler has settled, or its grace is over', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent], grace: '5s' });
    const handles = [1, 2, 3].map((n) => house.tasks.submit('ada', n));
    await clock.settle();
    handles[0]?.cancel();
    await clock.advance(4_999);
    expect(desk.inputs).toEqual([1]);
    await clock.advance(1);
    expect([desk.inputs, house.tasks.stats().abandoned]).toEqual([[1, 2], 1]);
    handles[1]?.cancel();
    await clock.advance(100);
    desk.job(1).finish();
    await clock.settle();

    expect([desk.inputs, house.tasks.stats().abandoned]).toEqual([[1, 2, 3], 1]);
    desk.job(0).finish();
    await clock.settle();
    expect(house.agents.get('ada')).toMatchObject({ activeTasks: 1, status: 'busy' });
  });
});

describe('tasks that wait', () => {
  it('start by priority, and in the order of submission within one', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const priorities: (Priority | undefined)[] = [
      'low',
      undefined,
      'critical',
      2.5,
      'high',
      'medium',
      'low',
      -7,
      'critical',
    ];
    watch(house.ask('ada', 'first'));
    for (const [n, priority] of priorities.entries())
      watch(house.ask('ada', `${n} ${priority ?? ''}`, { priority }));
    for (let n = 0; n < priorities.length; n++) {
      await clock.settle();
      desk.job(n).finish();
    }
    await clock.settle();

    expect(desk.inputs).toEqual([
      'first',
      '2 critical',
      '8 critical',
      '3 2.5',
      '4 high',
      '1 ',
      '5 medium',
      '0 low',
      '6 low',
      '7 -7',
    ]);
  });

  it('for one agent in different ways start in one order', async () => {
    const { agent, desk } = deskAgent('ada', { specializations: ['law'] });
    const { clock, house } = houseWith({ agents: [agent, namedAgent('idle', { capabilities: ['other'] })] });
    watch(house.ask('ada', 'first'));
    watch(house.ask('ada', 1));
    watch(house.ask(WORK, 2));
    watch(house.messages.request('agent.ada', 3));
    await clock.settle();
    watch(house.ask({ capabilities: ['work'], specializations: ['law'] }, 4));
    watch(house.ask(WORK, 'urgent', { priority: 'critical' }));
    watch(house.ask({ specializations: ['law'] }, 5));
    for (let n = 0; n < 6; n++) {
      await clock.settle();
      desk.job(n).finish();
    }
    await clock.settle();

    expect(desk.inputs).toEqual(['first', 'urgent', 1, 2, 3, 4, 5]);
  });

  it('are no more than the queue holds: one more is FULL at once, and nothing is lost', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent], tasks: { queue: 2 } });
    const outcomes = [1, 2, 3].map((n) => watch(house.ask('ada', n)));
    const error = await rejection(house.ask('ada', 4, { policy: { attempts: 5 } }));

    expect(error).toBeInstanceOf(FullError);
    expect(error).toMatchObject({ code: 'FULL', what: 'task queue', limit: 2, retryable: true });
    expect(thrownBy(() => house.tasks.submit('ada', 5))).toBeInstanceOf(FullError);
    expect(house.tasks.stats()).toMatchObject({ submitted: 3, waiting: 2, waitingLimit: 2, failed: 0 });
    for (let n = 0; n < 3; n++) {
      desk.job(n).finish(n);
      await clock.settle();
    }
    expect(outcomes.map(({ value }) => value)).toEqual([0, 1, 2]);
    expect(await Promise.race([house.ask('ada', 6), clock.settle()])).toBeUndefined();
    expect(desk.inputs).toEqual([1, 2, 3, 6]);
  });

  it('may be none where the queue holds none, and a free agent still takes a task', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent], tasks: { queue: 0 } });
    const outcome = watch(house.ask('ada', 1));
    expect(await rejection(house.ask('ada', 2))).toMatchObject({ code: 'FULL', limit: 0 });
    await clock.settle();
    desk.job(0).finish('done');
    await clock.settle();

    expect(outcome.value).toBe('done');
  });

  it('for the same set are shared out: no agent is idle while one waits', async () => {
    const desks = ['a', 'b', 'c'].map((name) => deskAgent(name));
    const { clock, house } = houseWith({ agents: desks.map(({ agent }) => agent) });
    for (let n = 0; n < 9; n++) watch(house.ask(WORK, n));
    for (const { desk } of desks.toReversed()) {
      await clock.settle();
      desk.job(0).finish();
    }
    await clock.settle();

    expect(desks.map(({ desk }) => desk.inputs)).toEqual([
      [0, 5],
      [1, 4],
      [2, 3],
    ]);
  });
});
