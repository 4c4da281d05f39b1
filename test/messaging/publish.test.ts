import { describe, expect, it } from 'vitest';
import { type Message, MessageBroker } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';

function setUp() {
  const clock = new FakeClock();
  const broker = new MessageBroker({ clock });
  const got: string[] = [];
  const listen = (name: string, pattern: string) =>
    broker.subscribe(pattern, (body) => got.push(`${name}:${String(body)}`));
  return { clock, broker, got, listen };
}

it('reaches every subscription whose pattern the topic meets, in the order of subscribing', async () => {
  const { clock, broker, got, listen } = setUp();
  listen('rest', 'orders.>');
  listen('exact', 'orders.eu.new');
  listen('one', 'orders.*.new');
  listen('other', 'orders.us.new');
  listen('all', '>');
  listen('exact again', 'orders.eu.new');
  broker.publish('orders.eu.new', 1);
  broker.publish('orders.eu', 2);
  await clock.settle();

  expect(got).toEqual(['rest:1', 'exact:1', 'one:1', 'all:1', 'exact again:1', 'rest:2', 'all:2']);
});

it('delivers after the code that publishes has given way, and to those who are there then', async () => {
  const { clock, broker, got, listen } = setUp();
  listen('early', 't');
  broker.publish('t', 1);
  expect(got).toEqual([]);
  listen('in between', 't');
  await clock.settle();
  listen('late', 't');
  await clock.settle();

  expect(got).toEqual(['early:1', 'in between:1']);
});

it('keeps the order in which messages were published, over topics and senders', async () => {
  const { clock, broker, got, listen } = setUp();
  listen('a', '*');
  for (let n = 0; n < 50; n++) broker.publish(`topic${n % 3}`, n, { sender: `sender${n % 2}` });
  await clock.settle();

  expect(got).toEqual(Array.from({ length: 50 }, (_, n) => `a:${n}`));
});

it('delivers what a subscriber publishes after what was published before, to everybody in the same order', async () => {
  const { clock, broker, got, listen } = setUp();
  broker.subscribe('t', (body) => {
    got.push(`first:${String(body)}`);
    if (body === 1 || body === 2) broker.publish('t', Number(body) * 10);
  });
  listen('second', 't');
  broker.publish('t', 1);
  broker.publish('t', 2);
  await clock.settle();

  expect(got).toEqual([
    'first:1',
    'second:1',
    'first:2',
    'second:2',
    'first:10',
    'second:10',
    'first:20',
    'second:20',
  ]);
});

it('starts one call after the other and does not wait for asynchronous ones', async () => {
  const { clock, broker } = setUp();
  let [open, peak] = [0, 0];
  broker.subscribe('t', async () => {
    peak = Math.max(peak, ++open);
    await clock.settle();
    open--;
  });
  for (let n = 0; n < 5; n++) broker.publish('t', n);
  await clock.advance(1);
  await clock.advance(1);

  expect({ open, peak }).toEqual({ open: 0, peak: 5 });
});

describe('a subscription that is ended', () => {
  it('hears nothing more, and may be ended again', async () => {
    const { clock, broker, got, listen } = setUp();
    const end = listen('a', 't');
    listen('b', 't');
    broker.publish('t', 1);
    await clock.settle();
    end();
    end();
    broker.publish('t', 2);
    await clock.settle();

    expect(got).toEqual(['a:1', 'b:1', 'b:2']);
    expect(broker.stats().subscriptions).toBe(1);
  });

  it('by a neighbour in the middle of a delivery changes nothing for the others, and counts from the next message', async () => {
    const { clock, broker, got, listen } = setUp();
    const ends: (() => void)[] = [];
    broker.subscribe('t', (body) => {
      got.push(`killer:${String(body)}`);
      for (const end of ends) end();
    });
    ends.push(listen('a', 't'), listen('b', 't'));
    listen('c', 't');
    broker.publish('t', 1);
    broker.publish('t', 2);
    await clock.settle();

    expect(got).toEqual(['killer:1', 'a:1', 'b:1', 'c:1', 'killer:2', 'c:2']);
  });

  it('leaves nothing behind after very many', async () => {
    const { clock, broker, got, listen } = setUp();
    for (let n = 0; n < 2_000; n++) listen(`${n}`, n % 2 === 0 ? `t.${n}` : '*.t')();
    broker.publish('t.t', 1);
    await clock.settle();

    expect({ got, subscriptions: broker.stats().subscriptions }).toEqual({ got: [], subscriptions: 0 });
  });
});

describe('a message', () => {
  it('carries topic, body, sender and headers as they were sent, by reference', async () => {
    const { clock, broker } = setUp();
    const [body, headers] = [{ deep: [1] }, Object.freeze({ trace: 'x' })];
    const messages: Message[] = [];
    broker.subscribe('>', (_body, message) => messages.push(message));
    broker.publish('a.b', body, { sender: 'me', headers });
    broker.publish('a', undefined);
    await clock.settle();
    const [first, second] = messages;

    expect(first).toMatchObject({ topic: 'a.b', sender: 'me' });
    expect([first?.body === body, first?.headers === headers]).toEqual([true, true]);
    expect(second).toMatchObject({ topic: 'a', body: undefined, sender: undefined, headers: undefined });
  });

  it('has an id of its own that stays the same however often it is read', async () => {
    const { clock, broker } = setUp();
    const ids: string[] = [];
    broker.subscribe('t', (_body, message) => ids.push(message.id));
    broker.subscribe('t', (_body, message) => ids.push(message.id));
    broker.publish('t', 1);
    broker.publish('t', 2);
    await clock.settle();

    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).toBe(ids[3]);
    expect(new Set(ids).size).toBe(2);
  });
});
