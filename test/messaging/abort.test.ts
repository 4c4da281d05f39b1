import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../src/index.ts';
import { brokerWithDesk, leftOf, NOTHING } from '../support/broker.ts';
import { watch } from '../support/outcome.ts';

const reasons = [
  null,
  '',
  'text',
  0,
  Symbol.for('why'),
  { why: 1 },
  new Error('why'),
  Object.freeze(['why']),
];

/** What a signal of somebody else's making may have as its reason: a real one never has undefined. */
class OwnSignal extends EventTarget {
  aborted = false;
  readonly reason = undefined;

  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event('abort'));
  }
}
const asSignal = (signal: OwnSignal) => signal as unknown as AbortSignal;

describe('a signal that has aborted already', () => {
  it.each(reasons)(
    'cancels the request at once, with the reason %o as the cause, and nothing is sent',
    async (reason) => {
      const { clock, broker, desk } = brokerWithDesk();
      const outcome = watch(broker.request('desk', 1, { signal: AbortSignal.abort(reason) }));
      await clock.settle();

      expect(outcome.value).toBeInstanceOf(CancelledError);
      expect(outcome.value).toMatchObject({ code: 'CANCELLED', what: 'request "desk"', retryable: false });
      expect((outcome.value as Error).cause).toBe(reason);
      expect(desk.jobs).toEqual([]);
      expect({ ...leftOf(broker, clock), cancelled: broker.stats().cancelled }).toEqual({
        ...NOTHING,
        cancelled: 1,
      });
    },
  );

  it('without a reason leaves the cause undefined', async () => {
    const { clock, broker } = brokerWithDesk();
    const signal = new OwnSignal();
    signal.abort();
    const outcome = watch(broker.request('desk', 1, { signal: asSignal(signal) }));
    await clock.settle();

    expect(outcome.value).toBeInstanceOf(CancelledError);
    expect(Object.hasOwn(outcome.value as object, 'cause')).toBe(true);
    expect((outcome.value as Error).cause).toBeUndefined();
  });
});

describe('a signal that aborts', () => {
  it.each(reasons)(
    'while the handler runs cancels both at once, with the reason %o as the cause',
    async (reason) => {
      const { clock, broker, desk } = brokerWithDesk();
      const controller = new AbortController();
      const outcome = watch(broker.request('desk', 1, { signal: controller.signal }));
      await clock.settle();
      controller.abort(reason);

      expect(desk.job(0).context.signal.aborted).toBe(true);
      await clock.settle();
      expect((outcome.value as Error).cause).toBe(reason);
      expect(desk.job(0).context.signal.reason).toBe(outcome.value);
    },
  );

  it('without a reason leaves the cause undefined', async () => {
    const { clock, broker } = brokerWithDesk();
    const signal = new OwnSignal();
    const outcome = watch(broker.request('desk', 1, { signal: asSignal(signal) }));
    await clock.settle();
    signal.abort();
    await clock.settle();

    expect(outcome.value).toMatchObject({ code: 'CANCELLED', cause: undefined });
  });

  it('between sending and delivery keeps the handler from starting', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    const controller = new AbortController();
    const outcome = watch(broker.request('desk', 1, { signal: controller.signal }));
    controller.abort();
    await clock.settle();

    expect({ state: outcome.state, started: desk.jobs.length }).toEqual({ state: 'rejected', started: 0 });
    expect(leftOf(broker, clock)).toEqual(NOTHING);
  });

  it('while the request waits takes it out of the mailbox', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1 });
    const controller = new AbortController();
    watch(broker.request('desk', 'first'));
    const second = watch(broker.request('desk', 'second', { signal: controller.signal }));
    watch(broker.request('desk', 'third'));
    await clock.settle();
    controller.abort('changed my mind');
    expect(broker.stats().waiting).toBe(1);
    desk.job(0).finish();
    await clock.settle();

    expect(second.value).toMatchObject({ code: 'CANCELLED', cause: 'changed my mind' });
    expect(desk.inputs).toEqual(['first', 'third']);
  });

  it('after the answer changes nothing', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    const controller = new AbortController();
    const outcome = watch(broker.request('desk', 1, { signal: controller.signal }));
    await clock.settle();
    const { signal } = desk.job(0).context;
    desk.job(0).finish('answer');
    await clock.settle();
    controller.abort();
    await clock.settle();

    expect(outcome.value).toBe('answer');
    expect({ aborted: signal.aborted, cancelled: broker.stats().cancelled }).toEqual({
      aborted: false,
      cancelled: 0,
    });
  });

  it('in the turn of the answer leaves one outcome, the same in promise and counters', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    const controller = new AbortController();
    const outcome = watch(broker.request('desk', 1, { signal: controller.signal }));
    await clock.settle();
    desk.job(0).finish('answer');
    controller.abort();
    await clock.settle();

    expect(outcome.value).toBeInstanceOf(CancelledError);
    expect(broker.stats()).toMatchObject({ cancelled: 1, replied: 0, lateReplies: 1, pending: 0 });
  });

  it('cancels a request made by a handler that passes its own signal on', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    broker.respond('middle', (body, { signal }) => broker.request('desk', body, { signal }));
    const controller = new AbortController();
    const outcome = watch(broker.request('middle', 1, { signal: controller.signal }));
    await clock.settle();
    controller.abort('stop');
    await clock.settle();

    expect(desk.job(0).context.signal.aborted).toBe(true);
    expect(outcome.value).toMatchObject({ code: 'CANCELLED', cause: 'stop' });
  });

  it('cancels those that share it, and a listener of theirs may cancel and send in between', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    const [shared, other] = [new AbortController(), new AbortController()];
    const outcomes = [1, 2, 3].map((n) => watch(broker.request('desk', n, { signal: shared.signal })));
    const bystander = watch(broker.request('desk', 4, { signal: other.signal }));
    await clock.settle();
    const sent: ReturnType<typeof watch>[] = [];
    desk.job(0).context.signal.addEventListener('abort', () => {
      other.abort('by the first');
      sent.push(watch(broker.request('desk', 5)));
    });
    shared.abort('all');
    await clock.settle();

    expect(outcomes.map(({ value }) => (value as Error).cause)).toEqual(['all', 'all', 'all']);
    expect((bystander.value as Error).cause).toBe('by the first');
    expect({ inputs: desk.inputs, sent: sent[0]?.state }).toEqual({
      inputs: [1, 2, 3, 4, 5],
      sent: 'pending',
    });
  });
});

describe('on the caller’s signal', () => {
  it('there is one listener while 1,000 requests are open, and none when the last has ended', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 600 });
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, 'abort').length;
    const outcomes = Array.from({ length: 1_000 }, (_, n) => watch(broker.request('desk', n, { signal })));
    expect(listeners()).toBe(1);
    await clock.settle();
    expect({ listeners: listeners(), timers: clock.pendingTimers }).toEqual({ listeners: 1, timers: 1 });
    for (const job of desk.jobs.slice(1)) job.finish();
    await clock.settle();
    for (const job of desk.jobs.slice(1)) job.finish();
    await clock.settle();
    expect({ listeners: listeners(), pending: broker.stats().pending }).toEqual({ listeners: 1, pending: 1 });
    desk.job(0).finish();
    await clock.settle();

    expect(outcomes.every(({ state }) => state === 'fulfilled')).toBe(true);
    expect({ ...leftOf(broker, clock), listeners: listeners() }).toEqual({ ...NOTHING, listeners: 0 });
  });

  it.each([
    ['times out', { timeout: 10 }, 'desk'],
    ['finds nobody', {}, 'nobody'],
    ['finds no room', {}, 'full'],
  ])('there is none after a request that %s', async (_what, options, topic) => {
    const { clock, broker } = brokerWithDesk();
    broker.respond('full', () => new Promise(() => {}), { concurrency: 1, waiting: 0 });
    watch(broker.request('full', 0, { timeout: 1 }));
    const { signal } = new AbortController();
    const outcome = watch(broker.request(topic, 1, { ...options, signal }));
    await clock.advance(10);

    expect(outcome.state).toBe('rejected');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('there is none after it aborted', async () => {
    const { clock, broker } = brokerWithDesk();
    const controller = new AbortController();
    for (let n = 0; n < 100; n++) watch(broker.request('desk', n, { signal: controller.signal }));
    await clock.settle();
    controller.abort();

    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
