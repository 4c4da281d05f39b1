import { describe, expect, it } from 'vitest';
import { TimeoutError } from '../../src/index.ts';
import { brokerWithDesk, leftOf, NOTHING } from '../support/broker.ts';
import { watch } from '../support/outcome.ts';

describe('a request that gets no answer', () => {
  it.each([
    [1, 1],
    [30, 30],
    [1_000, '1s'],
    [30_000, undefined],
    [3_600_000, '1h'],
    [2 ** 31 + 5, 2 ** 31 + 5],
  ])('ends after %d ms with a timeout of %o, and not a millisecond earlier', async (ms, timeout) => {
    const { clock, broker } = brokerWithDesk();
    const outcome = watch(
      broker.request('desk', 1, timeout === undefined ? {} : { timeout: timeout as number }),
    );
    await clock.advance(ms - 1);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toBeInstanceOf(TimeoutError);
    expect(outcome.value).toMatchObject({
      code: 'TIMEOUT',
      what: 'request "desk"',
      timeoutMs: ms,
      retryable: true,
    });
  });

  it('has all of its time after hours in which nothing was sent', async () => {
    const { clock, broker } = brokerWithDesk();
    watch(broker.request('desk', 'first', { timeout: Number.POSITIVE_INFINITY }));
    await clock.advance('3h');
    const outcome = watch(broker.request('desk', 'second', { timeout: '1h' }));
    await clock.advance(3_599_999);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toBeInstanceOf(TimeoutError);
  });

  it('waits for ever where the timeout is Infinity', async () => {
    const { clock, broker, desk } = brokerWithDesk({ timeout: Number.POSITIVE_INFINITY });
    const outcome = watch(broker.request('desk', 1));
    await clock.advance(10 * 365 * 24 * 3_600_000);
    expect({ state: outcome.state, timers: clock.pendingTimers }).toEqual({ state: 'pending', timers: 0 });
    desk.job(0).finish('at last');
    await clock.settle();

    expect(outcome.value).toBe('at last');
  });

  it('counts its time from acceptance, waiting in the mailbox included', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1 });
    watch(broker.request('desk', 'first', { timeout: '1h' }));
    const queued = watch(broker.request('desk', 'second', { timeout: 100 }));
    const started = watch(broker.request('desk', 'third', { timeout: 200 }));
    await clock.advance(100);
    expect(queued.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 100 });
    await clock.advance(50);
    desk.job(0).finish();
    await clock.advance(49);
    expect({ inputs: desk.inputs, state: started.state }).toEqual({
      inputs: ['first', 'third'],
      state: 'pending',
    });
    await clock.advance(1);

    expect(started.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 200 });
  });

  it('leaves the mailbox when its time is up, and is never started', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1, waiting: 1 });
    watch(broker.request('desk', 'first'));
    const second = watch(broker.request('desk', 'second', { timeout: 10 }));
    await clock.advance(10);
    expect(second.value).toBeInstanceOf(TimeoutError);
    const third = watch(broker.request('desk', 'third'));
    await clock.settle();
    desk.job(0).finish();
    await clock.settle();

    expect({ third: third.state, inputs: desk.inputs }).toEqual({
      third: 'pending',
      inputs: ['first', 'third'],
    });
  });

  it('is never started when its time is up by the clock, though a blocked loop has kept its timer from ringing', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1 });
    watch(broker.request('desk', 'first'));
    const second = watch(broker.request('desk', 'second', { timeout: 100 }));
    watch(broker.request('desk', 'third', { timeout: 101 }));
    await clock.settle();
    clock.stall(100);
    desk.job(0).finish();
    await clock.settle();
    expect(desk.inputs).toEqual(['first', 'third']);
    await clock.advance(0);

    expect(second.value).toBeInstanceOf(TimeoutError);
  });

  it('aborts the signal of its handler at that moment, with the timeout as the reason', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    const outcome = watch(broker.request('desk', 1, { timeout: 10 }));
    await clock.settle();
    const { signal } = desk.job(0).context;
    expect(signal.aborted).toBe(false);
    await clock.advance(10);

    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(outcome.value);
    expect(desk.job(0).context.signal).toBe(signal);
  });
});

describe('a late answer', () => {
  it.each(['finish', 'fail'] as const)(
    '(%s) is counted and dropped, and never reaches another request',
    async (how) => {
      const { clock, broker, desk } = brokerWithDesk();
      const first = watch(broker.request('desk', 1, { timeout: 10 }));
      await clock.advance(10);
      const second = watch(broker.request('desk', 2));
      await clock.settle();
      desk.job(0)[how](new Error('late'));
      await clock.settle();

      expect([first.state, second.state]).toEqual(['rejected', 'pending']);
      expect(first.value).toBeInstanceOf(TimeoutError);
      expect(broker.stats()).toMatchObject({
        lateReplies: 1,
        timedOut: 1,
        failed: 0,
        replied: 0,
        pending: 1,
      });
      desk.job(1).finish('own');
      await clock.settle();
      expect(second.value).toBe('own');
    },
  );

  it.each([100, 100_000])(
    'is a timeout although a loop blocked for %d ms lets it come before the timer',
    async (ms) => {
      const { clock, broker, desk } = brokerWithDesk();
      const [late, inTime] = [
        watch(broker.request('desk', 1, { timeout: ms })),
        watch(broker.request('desk', 2, { timeout: ms + 1 })),
      ];
      await clock.settle();
      clock.stall(ms);
      desk.job(0).finish('too late');
      desk.job(1).finish('just in time');
      await clock.settle();

      expect(late.value).toBeInstanceOf(TimeoutError);
      expect(inTime.value).toBe('just in time');
      expect(broker.stats()).toMatchObject({ timedOut: 1, replied: 1, lateReplies: 1 });
      await clock.advance(0);
      expect(leftOf(broker, clock)).toEqual(NOTHING);
    },
  );

  it('of a handler that blocks the loop by itself is a timeout too', async () => {
    const { clock, broker } = brokerWithDesk();
    broker.respond('blocker', () => clock.stall(50));

    const [late, inTime] = [
      watch(broker.request('blocker', 1, { timeout: 50 })),
      watch(broker.request('blocker', 1, { timeout: 101 })),
    ];
    await clock.settle();

    expect([late.state, inTime.state]).toEqual(['rejected', 'fulfilled']);
  });
});
