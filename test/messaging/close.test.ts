import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ClosedError } from '../../src/index.ts';
import { brokerWithDesk, leftOf, NOTHING } from '../support/broker.ts';
import { rejection, thrownBy, watch } from '../support/outcome.ts';

describe('closing a broker', () => {
  it('rejects what is open, waiting or running, and tells the handlers by their signals', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1 });
    const { signal } = new AbortController();
    const open = [1, 2].map((n) => watch(broker.request('desk', n, { signal })));
    await clock.settle();
    const sent = watch(broker.request('desk', 3));
    broker.close();
    expect(desk.job(0).context.signal.aborted).toBe(true);
    await clock.settle();

    for (const { value } of [...open, sent]) {
      expect(value).toBeInstanceOf(ClosedError);
      expect(value).toMatchObject({ code: 'CLOSED', owner: 'MessageBroker', retryable: false });
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    desk.job(0).finish();
    await clock.settle();
    expect({ inputs: desk.inputs, ...leftOf(broker, clock) }).toEqual({ inputs: [1], ...NOTHING });
  });

  it('refuses everything after it, and counts nothing of it', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    broker.close();
    broker.close();

    expect(await rejection(broker.request('desk', 1))).toBeInstanceOf(ClosedError);
    for (const call of [
      () => broker.publish('t', 1),
      () => broker.subscribe('t', () => 1),
      () => broker.respond('t', () => 1),
      () => broker.broadcast('*', 1),
    ]) {
      expect(thrownBy(call)).toBeInstanceOf(ClosedError);
    }
    await clock.settle();
    expect(desk.jobs).toEqual([]);
    expect(broker.stats()).toMatchObject({ requested: 0, published: 0, subscriptions: 0, responders: 0 });
  });

  it('inside a handler ends that request like the others', async () => {
    const { clock, broker } = brokerWithDesk();
    broker.respond('closer', () => broker.close());
    const outcome = watch(broker.request('closer', 1));
    await clock.settle();

    expect(outcome.value).toBeInstanceOf(ClosedError);
    expect(leftOf(broker, clock)).toEqual(NOTHING);
  });

  it('lets a handler that ignores its signal be abandoned after its grace, and frees the timer', async () => {
    const { clock, broker } = brokerWithDesk({ grace: 100 });
    watch(broker.request('desk', 1));
    await clock.settle();
    broker.close();
    await clock.advance(100);

    expect({ ...leftOf(broker, clock), abandoned: broker.stats().abandoned }).toEqual({
      ...NOTHING,
      abandoned: 1,
    });
  });

  it('leaves ended subscriptions and responders that are ended again in peace', () => {
    const { broker, end } = brokerWithDesk();
    const endSubscription = broker.subscribe('t', () => 1);
    broker.close();
    end();
    endSubscription();

    expect(broker.stats()).toMatchObject({ subscriptions: 0, responders: 0 });
  });
});

it('shares nothing with another broker', async () => {
  const { clock, broker, desk } = brokerWithDesk();
  const other = brokerWithDesk();
  const outcome = watch(broker.request('desk', 1));
  other.broker.publish('desk', 1);
  other.broker.close();
  await clock.settle();

  expect({ state: outcome.state, own: desk.inputs, others: other.desk.inputs }).toEqual({
    state: 'pending',
    own: [1],
    others: [],
  });
});
