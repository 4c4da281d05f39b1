import { expect, it } from 'vitest';
import { MessageBroker, type MessageEvent, type MessageHandler } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { raise } from '../support/outcome.ts';

const bad: [string, MessageHandler, failures: number][] = [
  ['throws an error', () => raise(new Error('bad')), 1],
  ['throws text', () => raise('bad'), 1],
  ['throws undefined', () => raise(undefined), 1],
  ['throws a frozen object', () => raise(Object.freeze({})), 1],
  [
    'throws what throws when it is looked at',
    () => raise(new Proxy({}, { get: () => raise('get'), getPrototypeOf: () => raise('proto') })),
    1,
  ],
  ['rejects', () => Promise.reject(new Error('bad')), 1],
  ['rejects with undefined', async () => raise(undefined), 1],
  ['never settles', () => new Promise(() => {}), 0],
  ['gives a thenable that never settles', () => ({ then: () => {} }), 0],
  ['gives a thenable that throws', () => ({ then: () => raise('then') }), 1],
  [
    'gives something whose then throws when read',
    () => Object.defineProperty({}, 'then', { get: () => raise('get') }),
    1,
  ],
  ['gives a function', () => () => 1, 0],
  [
    'gives a promise whose own then does nothing',
    () => Object.assign(Promise.resolve(), { then: () => {} }),
    0,
  ],
];

it.each(bad)(
  'a subscriber among 100 that %s changes nothing for the others',
  async (_what, handler, failures) => {
    const clock = new FakeClock();
    const broker = new MessageBroker({ clock });
    const got: number[] = [];
    const events: MessageEvent[] = [];
    broker.events.on('message.handler-failed', (event) => events.push(event));
    for (let n = 0; n < 100; n++) broker.subscribe('t', n === 50 ? handler : () => got.push(n));
    const inTurn = Array.from({ length: 100 }, (_, n) => n).filter((n) => n !== 50);

    broker.publish('t', 1);
    await Promise.resolve();
    expect(got, 'all in the turn after publishing').toEqual(inTurn);
    broker.publish('t', 2);
    await clock.settle();

    expect(got).toEqual([...inTurn, ...inTurn]);
    expect(broker.stats().handlerErrors).toBe(2 * failures);
    expect(events).toHaveLength(2 * failures);
  },
);

it('tells which subscription failed, where, and with what', async () => {
  const clock = new FakeClock();
  const broker = new MessageBroker({ clock });
  const events: MessageEvent[] = [];
  broker.events.onAny((event) => events.push(event));
  broker.subscribe('a.*', () => raise(new TypeError('no body')));
  broker.publish('a.b', undefined);
  await clock.settle();
  const [published, failed] = events;

  expect(published).toMatchObject({ type: 'message.published', topic: 'a.b', at: clock.now() });
  expect(failed).toEqual({
    type: 'message.handler-failed',
    at: clock.now(),
    topic: 'a.b',
    pattern: 'a.*',
    messageId: (published as { messageId: string }).messageId,
    error: { name: 'TypeError', message: 'no body' },
  });
});

it('keeps 10 bad subscribers of 100 from none of the 90 good ones, in 100 messages', async () => {
  const clock = new FakeClock();
  const broker = new MessageBroker({ clock });
  const counts = new Map<number, number>();
  for (let n = 0; n < 100; n++) {
    const [, handler] = bad[n % bad.length] as (typeof bad)[number];
    broker.subscribe('t', n % 10 === 0 ? handler : () => counts.set(n, (counts.get(n) ?? 0) + 1));
  }
  for (let n = 0; n < 100; n++) broker.publish('t', n);
  await clock.settle();

  expect([...counts.values()]).toEqual(Array.from({ length: 90 }, () => 100));
});
