import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageBroker, type MessageEvent, NoResponderError } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { brokerWithDesk, leftOf, NOTHING } from '../support/broker.ts';
import { rejection, watch } from '../support/outcome.ts';

describe('a request', () => {
  it('is answered with what the responder returns or resolves to', async () => {
    const broker = new MessageBroker({ clock: new FakeClock() });
    broker.respond('now', (n: number) => n + 1);
    broker.respond('soon', async (n: number) => n + 2);
    broker.respond('nothing', () => undefined);

    expect(await broker.request('now', 1)).toBe(2);
    expect(await broker.request('soon', 1)).toBe(3);
    expect(await broker.request('nothing', 1)).toBeUndefined();
  });

  it('starts its handler after the code that sends has given way', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    watch(broker.request('desk', 1));
    expect(desk.jobs).toHaveLength(0);
    await clock.settle();

    expect(desk.inputs).toEqual([1]);
  });

  it('tells the handler who sends, with what priority and headers, and until when somebody waits', async () => {
    const { clock, broker, desk } = brokerWithDesk({ timeout: '30s' });
    const headers = { trace: 'x' };
    watch(broker.request('desk', 'body', { sender: 'me', headers, priority: 'high', timeout: '5s' }));
    watch(broker.request('desk', 'body'));
    watch(broker.request('desk', 'body', { timeout: Number.POSITIVE_INFINITY }));
    await clock.settle();
    const [first, second, third] = desk.jobs.map(({ context }) => context);

    expect(first?.message).toMatchObject({ topic: 'desk', body: 'body', sender: 'me', headers, priority: 2 });
    expect(first?.deadline).toBe(clock.now() + 5_000);
    expect(second?.message).toMatchObject({ sender: undefined, priority: 1 });
    expect(second?.deadline).toBe(clock.now() + 30_000);
    expect(third?.deadline).toBeUndefined();
  });

  it('gets its own answer and no other, however many are open and in whatever order they are answered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          Array.from({ length: 40 }, (_, n) => n),
          { minLength: 40 },
        ),
        async (order) => {
          const { clock, broker, desk } = brokerWithDesk();
          const nonces = order.map((n) => ({ nonce: n }));
          const answers = nonces.map((nonce) => broker.request('desk', nonce));
          await clock.settle();
          for (const n of order) desk.job(n).finish(desk.job(n).input);

          expect(await Promise.all(answers)).toEqual(nonces);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('may be made by a handler, also to itself', async () => {
    const broker = new MessageBroker({ clock: new FakeClock() });
    broker.respond('count', (n: number): unknown => (n === 0 ? 'done' : broker.request('count', n - 1)));

    expect(await broker.request('count', 50)).toBe('done');
  });
});

describe('a request that nobody responds to', () => {
  it('is an error at once, without a timer', async () => {
    const clock = new FakeClock();
    const broker = new MessageBroker({ clock });
    broker.subscribe('prices', () => 1);
    broker.respond('prices.eu', () => 1);
    const outcome = watch(broker.request('prices', 1));
    await clock.settle();

    expect(outcome.value).toBeInstanceOf(NoResponderError);
    expect(outcome.value).toMatchObject({ code: 'NO_RESPONDER', topic: 'prices', retryable: true });
    expect({ ...leftOf(broker, clock), failed: broker.stats().failed }).toEqual({ ...NOTHING, failed: 1 });
  });

  it('is one to whoever had a responder that is gone by the time it is delivered', async () => {
    const { broker, end } = brokerWithDesk();
    const answer = rejection(broker.request('desk', 1));
    end();

    expect(await answer).toBeInstanceOf(NoResponderError);
  });
});

describe('the counters', () => {
  it('say where every request has gone, and together make all that were accepted', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 3, waiting: 2 });
    const controller = new AbortController();
    const outcomes = [
      watch(broker.request('desk', 'answered')),
      watch(broker.request('desk', 'fails')),
      watch(broker.request('desk', 'cancelled', { signal: controller.signal })),
      watch(broker.request('desk', 'too slow', { timeout: 10 })),
      watch(broker.request('desk', 'stays', { timeout: 1_000 })),
      watch(broker.request('desk', 'no room')),
      watch(broker.request('nobody', 1)),
    ];
    await clock.settle();
    desk.job(0).finish(1);
    desk.job(1).fail(new Error('bad'));
    controller.abort();
    await clock.advance(10);
    desk.job(2).finish('late');
    await clock.settle();

    expect(broker.stats()).toMatchObject({
      requested: 7,
      replied: 1,
      failed: 3,
      cancelled: 1,
      timedOut: 1,
      pending: 1,
      lateReplies: 1,
    });
    expect(outcomes.map(({ state }) => state).filter((state) => state === 'pending')).toHaveLength(1);
  });

  it('and the events tell the same story, each request ending once', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    const events: MessageEvent[] = [];
    broker.events.onAny((event) => events.push(event));
    watch(broker.request('desk', 1));
    watch(broker.request('desk', 2, { timeout: 10 }));
    watch(broker.request('nobody', 3));
    await clock.settle();
    desk.job(0).finish();
    await clock.advance(10);
    desk.job(1).finish();
    await clock.settle();

    expect(events.map(({ type, ...facts }) => [type, 'topic' in facts && facts.topic])).toEqual([
      ['request.sent', 'desk'],
      ['request.sent', 'desk'],
      ['request.sent', 'nobody'],
      ['request.failed', 'nobody'],
      ['request.completed', 'desk'],
      ['request.failed', 'desk'],
      ['reply.dropped', 'desk'],
    ]);
    expect(events[5]).toMatchObject({ error: { code: 'TIMEOUT' }, at: clock.now() });
    expect(events[6]).toMatchObject({ messageId: (events[1] as { messageId: string }).messageId });
  });
});
