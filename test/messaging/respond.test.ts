import { describe, expect, it } from 'vitest';
import { MessageBroker, NoResponderError, TopicTakenError } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { brokerWithDesk, leftOf, NOTHING } from '../support/broker.ts';
import { thrownBy, watch } from '../support/outcome.ts';

describe('a topic', () => {
  it('has one responder: a second is refused and changes nothing', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    const error = thrownBy(() => broker.respond('desk', () => 'usurper'));
    watch(broker.request('desk', 1));
    await clock.settle();

    expect(error).toBeInstanceOf(TopicTakenError);
    expect(error).toMatchObject({ code: 'TOPIC_TAKEN', topic: 'desk', retryable: false });
    expect({ inputs: desk.inputs, responders: broker.stats().responders }).toEqual({
      inputs: [1],
      responders: 1,
    });
  });

  it('is free again once its responder has ended, and the old one’s end does not hurt the new one', async () => {
    const { broker, end } = brokerWithDesk();
    end();
    broker.respond('desk', () => 'new');
    end();

    expect(await broker.request('desk', 1)).toBe('new');
    expect(broker.stats().responders).toBe(1);
  });
});

describe('a responder that ends', () => {
  it('refuses what waits at once, and lets what runs answer', async () => {
    const { clock, broker, desk, end } = brokerWithDesk({}, { concurrency: 1 });
    const [running, waiting] = [watch(broker.request('desk', 1)), watch(broker.request('desk', 2))];
    await clock.settle();
    end();
    await clock.settle();
    expect(waiting.value).toBeInstanceOf(NoResponderError);
    expect(running.state).toBe('pending');
    desk.job(0).finish('answer');
    await clock.settle();

    expect({ answer: running.value, inputs: desk.inputs }).toEqual({ answer: 'answer', inputs: [1] });
    expect(leftOf(broker, clock)).toEqual(NOTHING);
  });

  it('inside its own handler answers that request still', async () => {
    const { broker } = brokerWithDesk();
    const end = broker.respond('once', () => {
      end();
      return 'only';
    });

    expect(await broker.request('once', 1)).toBe('only');
    expect(await broker.request('once', 2).catch((error) => error)).toBeInstanceOf(NoResponderError);
  });
});

describe('a broadcast', () => {
  it('reaches every responder whose topic meets the pattern, and no subscription', async () => {
    const { clock, broker, desk } = brokerWithDesk();
    const got: string[] = [];
    for (const topic of ['desk.a', 'desk.b', 'desk.b.c', 'other.a'])
      broker.respond(topic, () => got.push(topic));
    broker.subscribe('>', () => got.push('subscription'));

    expect(broker.broadcast('desk.*', 1)).toBe(2);
    await clock.settle();
    expect(got).toEqual(['desk.a', 'desk.b']);
    expect(broker.broadcast('desk.>', 1)).toBe(3);
    expect(broker.broadcast('>', 1)).toBe(5);
    expect(broker.broadcast('nobody.here', 1)).toBe(0);
    await clock.settle();
    expect(desk.inputs).toEqual([1]);
  });

  it('keeps to the limits of each receiver, and a bad one keeps it from no other', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1, waiting: 0 });
    const got: unknown[] = [];
    broker.respond('throws', () => {
      throw new Error('bad');
    });
    broker.respond('hangs', () => new Promise(() => {}));
    broker.respond('works', (body) => got.push(body));
    broker.broadcast('*', 1);
    broker.broadcast('*', 2);
    await clock.settle();

    expect({ got, desk: desk.inputs, peak: desk.peak }).toEqual({ got: [1, 2], desk: [1], peak: 1 });
    // Thrown twice, and refused once by the mailbox that has no room.
    expect(broker.stats().handlerErrors).toBe(3);
  });

  it('gives up after the broker’s timeout and leaves nothing behind', async () => {
    const { clock, broker, desk } = brokerWithDesk({ timeout: 100 });
    broker.broadcast('*', 1);
    await clock.advance(100);
    expect(desk.job(0).context.signal.aborted).toBe(true);
    desk.job(0).finish();
    await clock.settle();

    expect(leftOf(broker, clock)).toEqual(NOTHING);
  });

  it('tells how many it reached', async () => {
    const { broker } = brokerWithDesk();
    const receivers: number[] = [];
    broker.events.on('message.broadcast', (event) => receivers.push(event.receivers));
    broker.broadcast('*', 1);
    broker.broadcast('x', 1);

    expect(receivers).toEqual([1, 0]);
  });
});

it('counts a handler while it runs, also one that answers at once', async () => {
  const broker = new MessageBroker({ clock: new FakeClock() });
  broker.respond('desk', () => broker.stats().active);

  expect(await broker.request('desk', 1)).toBe(1);
  expect(broker.stats().active).toBe(0);
});
