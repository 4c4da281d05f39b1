import { describe, expect, it } from 'vitest';
import { InvalidNameError, InvalidOptionsError, MessageBroker } from '../../src/index.ts';
import { brokerWithDesk, leftOf, NOTHING } from '../support/broker.ts';
import { rejection, thrownBy } from '../support/outcome.ts';

const badDurations = [
  Number.NaN,
  -1,
  0,
  0.5,
  Number.NEGATIVE_INFINITY,
  '',
  '5',
  '-1s',
  'soon',
  null,
  true,
  [],
  {},
  5n,
  new Date(0),
];
const badLimits = [
  Number.NaN,
  -1,
  0,
  1.5,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '5',
  '',
  null,
  true,
  [],
  {},
  5n,
];
const badNames = [
  undefined,
  null,
  5,
  {},
  [],
  Symbol('x'),
  '',
  ' ',
  'a b',
  'a..b',
  '.a',
  'a.',
  '__proto__',
  'x'.repeat(257),
];
const badHandlers = [undefined, null, 'text', 5, {}, class {}];

describe('new MessageBroker', () => {
  it.each([
    ...badDurations.map((value) => ['timeout', value]),
    ...badDurations.filter((value) => value !== 0 && value !== 0.5).map((value) => ['grace', value]),
    ['grace', Number.POSITIVE_INFINITY],
    ...badLimits.map((value) => ['pending', value]),
    ...[null, {}, 'memory', () => 1, { publish: () => 1 }].map((value) => ['transport', value]),
    ...[null, {}, Date, { now: () => 1 }].map((value) => ['clock', value]),
    ['timeOut', 5],
  ])('refuses the option %s: %o', (option, value) => {
    const error = thrownBy(() => new MessageBroker({ [option as string]: value }));

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(error).toMatchObject({
      code: 'INVALID_OPTIONS',
      owner: 'MessageBroker',
      option,
      retryable: false,
    });
    expect((error as InvalidOptionsError).message).toContain(`MessageBroker: ${option} must be `);
  });

  it.each([5, 'text', [], true])('refuses options that are %o', (options) => {
    expect(thrownBy(() => new MessageBroker(options as never))).toMatchObject({
      option: 'options',
      value: options,
    });
  });
});

describe('a request', () => {
  it.each([
    ...badDurations.map((value) => ['timeout', value]),
    ...[null, {}, 'abort', new AbortController()].map((value) => ['signal', value]),
    ...[Number.NaN, Number.POSITIVE_INFINITY, 'urgent', '', null, {}, 5n].map((value) => ['priority', value]),
    ...[null, 5, {}].map((value) => ['sender', value]),
    ...[null, 'text', 5, () => 1].map((value) => ['headers', value]),
    ['retries', 3],
  ])('with the option %s: %o is refused, and nothing is sent', async (option, value) => {
    const { clock, broker, desk } = brokerWithDesk();
    const error = await rejection(broker.request('desk', 1, { [option as string]: value }));
    await clock.settle();

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(error).toMatchObject({
      owner: 'request',
      option,
      value: option === 'retries' ? 'retries' : value,
    });
    expect({ jobs: desk.jobs, requested: broker.stats().requested }).toEqual({ jobs: [], requested: 0 });
    expect(leftOf(broker, clock)).toEqual(NOTHING);
  });

  it.each([...badNames, '*', 'a.*', '>'])('to the topic %o is refused', async (topic) => {
    const { broker } = brokerWithDesk();
    const error = await rejection(broker.request(topic as string, 1));

    expect(error).toBeInstanceOf(InvalidNameError);
    expect(error).toMatchObject({ kind: 'topic', value: topic });
  });
});

describe('publish', () => {
  it.each([...badNames, '*', 'a.*', '>'])('refuses the topic %o', (topic) => {
    const { broker } = brokerWithDesk();

    expect(thrownBy(() => broker.publish(topic as string, 1))).toMatchObject({
      code: 'INVALID_NAME',
      kind: 'topic',
    });
    expect(broker.stats().published).toBe(0);
  });

  it.each([
    ['sender', 5],
    ['headers', 'text'],
    ['timeout', 5],
  ])('refuses the option %s: %o', (option, value) => {
    const { broker } = brokerWithDesk();

    expect(thrownBy(() => broker.publish('t', 1, { [option]: value }))).toMatchObject({
      owner: 'publish',
      option,
    });
    expect(thrownBy(() => broker.broadcast('*', 1, { [option]: value }))).toMatchObject({
      owner: 'broadcast',
      option,
    });
    expect(broker.stats()).toMatchObject({ published: 0, requested: 0 });
  });
});

describe('subscribe and broadcast', () => {
  it.each([...badNames, 'a*', '>.a', '**'])('refuse the pattern %o', (pattern) => {
    const { broker } = brokerWithDesk();

    expect(thrownBy(() => broker.subscribe(pattern as string, () => 1))).toMatchObject({
      code: 'INVALID_NAME',
      kind: 'pattern',
    });
    expect(thrownBy(() => broker.broadcast(pattern as string, 1))).toMatchObject({ code: 'INVALID_NAME' });
    expect(broker.stats().subscriptions).toBe(0);
  });

  it.each(badHandlers)('refuse the handler %o', (handler) => {
    const { broker } = brokerWithDesk();

    expect(thrownBy(() => broker.subscribe('t', handler as never))).toMatchObject({
      owner: 'subscribe',
      option: 'handler',
      rule: 'a function',
      value: handler,
    });
  });
});

describe('respond', () => {
  it.each([...badNames, '*', 'a.>'])('refuses the topic %o', (topic) => {
    const { broker } = brokerWithDesk();

    expect(thrownBy(() => broker.respond(topic as string, () => 1))).toMatchObject({ code: 'INVALID_NAME' });
  });

  it.each([
    ...badLimits.map((value) => ['concurrency', value]),
    ...badLimits.filter((value) => value !== 0).map((value) => ['waiting', value]),
    ['prefetch', 1],
  ])('refuses the option %s: %o, and the topic stays free', async (option, value) => {
    const { broker } = brokerWithDesk();
    const error = thrownBy(() => broker.respond('t', () => 1, { [option as string]: value }));

    expect(error).toMatchObject({ code: 'INVALID_OPTIONS', owner: 'respond', option });
    expect(broker.stats().responders).toBe(1);
    expect(await rejection(broker.request('t', 1))).toMatchObject({ code: 'NO_RESPONDER' });
  });

  it.each(badHandlers)('refuses the handler %o', (handler) => {
    const { broker } = brokerWithDesk();

    expect(thrownBy(() => broker.respond('t', handler as never))).toMatchObject({
      owner: 'respond',
      option: 'handler',
    });
  });
});
