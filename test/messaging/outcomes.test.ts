import { describe, expect, it } from 'vitest';
import { HandlerError, MessageBroker, type RequestHandler } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { leftOf, NOTHING } from '../support/broker.ts';
import { raise, watch } from '../support/outcome.ts';

function setUp(handler: RequestHandler) {
  const clock = new FakeClock();
  const broker = new MessageBroker({ clock });
  broker.respond('t', handler, { concurrency: 1 });
  return { clock, broker };
}

const circular: { self?: unknown } = {};
circular.self = circular;
const chain = (length: number): unknown => {
  let next: unknown = 'end';
  for (let n = 0; n < length; n++) {
    const value = next;
    next = { then: (resolve: (value: unknown) => void) => resolve(value) };
  }
  return next;
};

const outputs: [string, RequestHandler, unknown][] = [
  ['text', () => 'x', 'x'],
  ['undefined', () => undefined, undefined],
  ['a function', () => raise, raise],
  ['something circular', () => circular, circular],
  ['what a thenable resolves to', () => ({ then: (ok: (v: unknown) => void) => ok(42) }), 42],
  ['what a thenable in a thenable resolves to', () => chain(1_000), 'end'],
  [
    'the first that a thenable settles with',
    () => ({
      then: (ok: (v: unknown) => void, no: (e: unknown) => void) => {
        ok(1);
        no(new Error('second'));
        ok(3);
      },
    }),
    1,
  ],
  [
    'what a thenable resolves to before it throws',
    () => ({
      then: (ok: (v: unknown) => void) => {
        ok(1);
        raise('after');
      },
    }),
    1,
  ],
  [
    'the first of a promise whose own then settles twice',
    () =>
      Object.assign(Promise.resolve(0), {
        then: (ok: (v: unknown) => void) => {
          ok(1);
          ok(2);
        },
      }),
    1,
  ],
];

it.each(outputs)('answers with %s', async (_what, handler, output) => {
  const { clock, broker } = setUp(handler);

  expect(await broker.request('t', 1)).toBe(output);
  await clock.settle();
  expect(leftOf(broker, clock)).toEqual(NOTHING);
});

const frozen = Object.freeze({ code: 'TIMEOUT', retryable: false });
const proxy = new Proxy(
  {},
  { get: () => raise('get'), getPrototypeOf: () => raise('proto'), has: () => raise('has') },
);
const cyclicCause = new Error('round');
cyclicCause.cause = cyclicCause;
const thrown: [string, unknown][] = [
  ['an error', new TypeError('bad')],
  ['text', 'bad'],
  ['undefined', undefined],
  ['null', null],
  ['zero', 0],
  ['a symbol', Symbol('bad')],
  ['a frozen object', frozen],
  ['a proxy whose traps throw', proxy],
  ['an error that is its own cause', cyclicCause],
  ['an error whose message throws', Object.defineProperty(new Error(), 'message', { get: () => raise('m') })],
  ['somebody else’s AbortError', new DOMException('no', 'AbortError')],
  ['somebody else’s TimeoutError', new DOMException('no', 'TimeoutError')],
  ['an aggregate', new AggregateError([new Error('a'), 1], 'all')],
];

describe.each([
  [
    'throws',
    (value: unknown): RequestHandler =>
      () =>
        raise(value),
  ],
  [
    'rejects with',
    (value: unknown): RequestHandler =>
      () =>
        Promise.reject(value),
  ],
  [
    'gives a thenable that rejects with',
    (value: unknown): RequestHandler =>
      () => ({ then: (_ok: unknown, no: (e: unknown) => void) => no(value) }),
  ],
  [
    'gives a thenable that throws',
    (value: unknown): RequestHandler =>
      () => ({ then: () => raise(value) }),
  ],
  [
    'gives something whose then throws',
    (value: unknown): RequestHandler =>
      () =>
        Object.defineProperty({}, 'then', { get: () => raise(value) }),
  ],
])('a handler that %s', (_how, make) => {
  it.each(thrown)(
    '%s fails its request with a HandlerError whose cause is just that',
    async (_what, value) => {
      const { clock, broker } = setUp(make(value));
      const outcome = watch(broker.request('t', 1));
      await clock.settle();

      expect(outcome.value).toBeInstanceOf(HandlerError);
      expect(outcome.value).toMatchObject({
        code: 'HANDLER_FAILED',
        handler: 'responder "t"',
        retryable: value !== frozen,
      });
      expect(Object.is((outcome.value as Error).cause, value)).toBe(true);
      expect({ ...leftOf(broker, clock), failed: broker.stats().failed }).toEqual({ ...NOTHING, failed: 1 });
    },
  );
});

const never: [string, RequestHandler][] = [
  ['never settles', () => new Promise(() => {})],
  ['gives a thenable that never settles', () => ({ then: () => {} })],
];

it.each(never)('gives a timeout for a handler that %s, and goes on with the next', async (_what, handler) => {
  const clock = new FakeClock();
  const broker = new MessageBroker({ clock, grace: 100 });
  broker.respond('t', (body, context) => (body === 'hang' ? handler(body, context) : body), {
    concurrency: 1,
  });
  const outcome = watch(broker.request('t', 'hang', { timeout: 50 }));
  const next = watch(broker.request('t', 'next'));
  await clock.advance(50);
  expect(outcome.value).toMatchObject({ code: 'TIMEOUT' });
  await clock.advance(100);

  expect(next.value).toBe('next');
  expect(leftOf(broker, clock)).toEqual(NOTHING);
});

it('leaves the body as it was sent: one object for the sender and the handler', async () => {
  const { broker } = setUp((body) => body);
  const body = Object.freeze({ n: 1 });

  expect(await broker.request('t', body)).toBe(body);
});

it('pollutes nothing with bodies that carry __proto__ as data', async () => {
  const { broker } = setUp((body) => body);
  const body = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  const answer = await broker.request('t', body, { headers: body });

  expect(Object.keys(answer as object)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
