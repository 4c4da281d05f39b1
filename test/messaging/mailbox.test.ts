import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FullError, MessageBroker, type Priority } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { brokerWithDesk, leftOf, NOTHING } from '../support/broker.ts';
import { watch } from '../support/outcome.ts';

describe('a responder', () => {
  it('runs as many handlers at once as it said and no more, whatever comes and however they end', async () => {
    const move = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('send' as const),
          timeout: fc.integer({ min: 1, max: 50 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('end' as const),
          at: fc.nat(),
          how: fc.constantFrom('finish' as const, 'fail' as const),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 20 }) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 5 }),
        fc.array(move, { maxLength: 60, size: 'max' }),
        async (concurrency, waiting, moves) => {
          const { clock, broker, desk } = brokerWithDesk({ grace: '1h' }, { concurrency, waiting });
          const outcomes = [];
          for (const step of moves) {
            if (step.kind === 'send')
              outcomes.push(watch(broker.request('desk', outcomes.length, { timeout: step.timeout })));
            else if (step.kind === 'end') desk.openJobs[step.at % (desk.open || 1)]?.[step.how](1);
            else if (step.kind === 'wait') await clock.advance(step.ms);
            await clock.settle();
            const stats = broker.stats();
            expect(desk.open).toBeLessThanOrEqual(concurrency);
            expect(stats.active).toBe(desk.open);
            expect(stats.waiting).toBeLessThanOrEqual(waiting);
            if (stats.waiting > 0) expect(desk.open, 'nobody waits beside a free slot').toBe(concurrency);
          }
          while (desk.open > 0) {
            for (const job of desk.openJobs) job.finish();
            await clock.settle();
          }

          expect(outcomes.every(({ state }) => state !== 'pending')).toBe(true);
          expect(leftOf(broker, clock)).toEqual(NOTHING);
          const { requested, replied, failed, timedOut, cancelled } = broker.stats();
          expect(replied + failed + timedOut + cancelled).toBe(requested);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('runs 100 at once and lets 1,000 wait where it did not say', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    const outcomes = Array.from({ length: 1_101 }, (_, n) => watch(broker.request('desk', n)));
    await clock.settle();

    expect(broker.stats()).toMatchObject({ active: 100, waiting: 1_000, pending: 1_100 });
    expect(desk.peak).toBe(100);
    expect(outcomes.at(-1)?.value).toMatchObject({ code: 'FULL', limit: 1_000, retryable: true });
  });

  it('whose mailbox is full refuses the next at once, and takes one again when there is room', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1, waiting: 2 });
    const outcomes = [1, 2, 3, 4].map((n) => watch(broker.request('desk', n)));
    await clock.settle();
    expect(outcomes.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending', 'rejected']);
    expect(outcomes[3]?.value).toBeInstanceOf(FullError);
    expect(outcomes[3]?.value).toMatchObject({ what: 'mailbox of "desk"', limit: 2 });
    desk.job(0).finish();
    await clock.settle();
    const fifth = watch(broker.request('desk', 5));
    await clock.settle();

    expect({ fifth: fifth.state, waiting: broker.stats().waiting }).toEqual({ fifth: 'pending', waiting: 2 });
  });

  it('with no place to wait takes what it can run, one after the other', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1, waiting: 0 });
    for (let round = 0; round < 3; round++) {
      const [first, second] = [watch(broker.request('desk', 1)), watch(broker.request('desk', 2))];
      await clock.settle();
      expect(second.value).toMatchObject({ code: 'FULL', limit: 0 });
      desk.job(-1).finish();
      await clock.settle();
      expect(first.state).toBe('fulfilled');
    }
  });

  it('with handlers that return at once serves 50,000 that wait, without running out of stack', async () => {
    const clock = new FakeClock();
    const broker = new MessageBroker({ clock });
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let served = 0;
    broker.respond('t', (n: number) => (n === 0 ? gate : ++served), { concurrency: 1, waiting: 50_000 });
    const answers = Array.from({ length: 50_001 }, (_, n) => broker.request('t', n));
    await clock.settle();
    release();
    await Promise.all(answers);

    expect(served).toBe(50_000);
  });
});

describe('requests that wait', () => {
  it('start by priority, and in the order of sending within one', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1 });
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
      1,
    ];
    watch(broker.request('desk', 'first'));
    for (const [n, priority] of priorities.entries())
      watch(broker.request('desk', `${n} ${priority ?? ''}`, { priority }));
    await clock.settle();
    for (let n = 0; n < priorities.length; n++) {
      desk.job(n).finish();
      await clock.settle();
    }

    expect(desk.inputs).toEqual([
      'first',
      '2 critical',
      '8 critical',
      '3 2.5',
      '4 high',
      '1 ',
      '5 medium',
      '9 1',
      '0 low',
      '6 low',
      '7 -7',
    ]);
  });

  it('start in the order of sending for each pair and priority, over any mix of them', async () => {
    const send = fc.record({
      topic: fc.constantFrom('a', 'b'),
      priority: fc.constantFrom('low' as const, 'high' as const),
      sender: fc.constantFrom('x', 'y'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(send, { maxLength: 50, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        async (sends, concurrency) => {
          const clock = new FakeClock();
          const broker = new MessageBroker({ clock });
          const started: { key: string; n: number }[] = [];
          for (const topic of ['a', 'b']) {
            broker.respond(
              topic,
              async (n: number, { message }) => {
                started.push({ key: `${topic} ${message.sender} ${message.priority}`, n });
                await clock.settle();
              },
              { concurrency },
            );
          }
          await Promise.all(
            sends.map(({ topic, priority, sender }, n) => broker.request(topic, n, { priority, sender })),
          );
          for (const group of Object.values(Object.groupBy(started, ({ key }) => key))) {
            const numbers = (group ?? []).map(({ n }) => n);
            expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          }
          expect(started).toHaveLength(sends.length);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a broker', () => {
  it('refuses what goes beyond its limit of open requests, and says so in its stats', async () => {
    const { clock, broker, desk } = brokerWithDesk({ pending: 3 });
    const outcomes = [1, 2, 3, 4].map((n) => watch(broker.request('desk', n)));
    await clock.settle();
    expect(outcomes[3]?.value).toMatchObject({ code: 'FULL', what: 'list of open requests', limit: 3 });
    expect(broker.stats()).toMatchObject({ pending: 3, pendingLimit: 3, requested: 3 });
    desk.job(0).finish();
    await clock.settle();
    const fifth = watch(broker.request('desk', 5));
    await clock.settle();

    expect(fifth.state).toBe('pending');
  });

  it('counts a broadcast against the limit: all get it or nobody', async () => {
    const { clock, broker, desk } = brokerWithDesk({ pending: 3 });
    broker.respond('other', () => new Promise(() => {}));
    expect(broker.broadcast('*', 1)).toBe(2);
    expect(() => broker.broadcast('*', 2)).toThrow(FullError);
    await clock.settle();

    expect(broker.stats().pending).toBe(2);
    expect(desk.inputs).toEqual([1]);
  });
});
