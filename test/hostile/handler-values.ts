import type { FakeClock } from '../../src/testing/index.ts';
import { raise } from './case.ts';

/** What a handler does, and what its caller must see of it. */
export interface Kind {
  readonly make: (clock: FakeClock) => (...args: never[]) => unknown;
  /** `throws`: what it threw is `thrown`; `gives`: what it gave is `output`; `never`: it never settles. */
  readonly ends: 'throws' | 'gives' | 'never';
  /** Compared by identity; checks itself when it is a function. */
  readonly thrown?: unknown;
  readonly output?: unknown;
  /** It answers by a promise or a thenable. */
  readonly later?: true;
  /** It reads the clock at which its time is over. */
  readonly late?: true;
  /** No store could give it back, so no run takes it. */
  readonly unstorable?: true;
  /** Where nobody waits, it is seen to fail all the same. */
  readonly fails?: true;
}

const e = Object.freeze(new Error('own'));
const throwing = (thrown: unknown): Kind => ({ make: () => () => raise(thrown), ends: 'throws', thrown });
const giving = (output: unknown): Kind => ({ make: () => () => output, ends: 'gives', output });
const later = (make: Kind['make'], ends: Kind['ends'], value?: unknown): Kind => ({
  make,
  ends,
  later: true,
  ...(ends === 'throws' ? { thrown: value } : { output: value }),
});
type Settle = (value: unknown) => void;
type Then = (yes: Settle, no: Settle) => unknown;
const thenable =
  (then: Then): Kind['make'] =>
  () =>
  () => ({ then });

function selfCause(): Error {
  const error = new Error('its own cause');
  error.cause = error;
  return error;
}

function longCause(): Error {
  let error = new Error('0');
  for (let level = 1; level < 10_000; level++) error = new Error(String(level), { cause: error });
  return error;
}

/** A thenable that fulfils with a thenable, and so on. */
function chain(length: number): unknown {
  let inner: unknown = 'end';
  for (let link = 0; link < length; link++) {
    const value = inner;
    inner = { then: (yes: Settle) => yes(value) };
  }
  return inner;
}

function rejected(): Promise<never> {
  const promise = Promise.reject(e);
  promise.catch(() => {});
  return promise;
}

const trap = () => raise(new Error('trap'));
const opaque = new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap });
const errorLike = new Proxy(new Error('t'), { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap });
const unreadable = (key: 'message' | 'stack' | 'name' | 'cause' | 'code' | 'retryable') =>
  Object.defineProperty(new Error('e'), key, { get: trap });

/** What handlers do that they should not, and what they may. */
export const kinds: Readonly<Record<string, Kind>> = {
  'throws an error': throwing(e),
  'throws text': throwing('text'),
  'throws undefined': throwing(undefined),
  'throws null': throwing(null),
  'throws 0': throwing(0),
  'throws a bigint': throwing(1n),
  'throws a symbol': throwing(Symbol('thrown')),
  'throws a frozen object': throwing(Object.freeze({ a: 1 })),
  'throws an object without a prototype': throwing(Object.create(null)),
  'throws an error that is its own cause': throwing(selfCause()),
  'throws an error with 10,000 causes': throwing(longCause()),
  'throws an error whose message throws': throwing(unreadable('message')),
  'throws an error whose stack throws': throwing(unreadable('stack')),
  'throws an error whose name throws': throwing(unreadable('name')),
  'throws an error whose cause throws': throwing(unreadable('cause')),
  'throws an error whose code throws': throwing(unreadable('code')),
  'throws an error whose retryable throws': throwing(unreadable('retryable')),
  'throws an error whose name is a symbol': throwing(Object.assign(new Error('e'), { name: Symbol('n') })),
  'throws an aggregate error': throwing(new AggregateError([e, 1], 'many')),
  'throws an opaque proxy': throwing(opaque),
  'throws an error in an opaque proxy': throwing(errorLike),
  'throws an AbortError': throwing(new DOMException('mine', 'AbortError')),
  'throws a TimeoutError': throwing(new DOMException('mine', 'TimeoutError')),
  'throws what looks like a cancellation': throwing(Object.assign(new Error('c'), { code: 'CANCELLED' })),
  'throws a TypeError': throwing(new TypeError('t')),
  'throws a function': throwing(() => 1),
  'throws a rejected promise': throwing(rejected()),
  rejects: later(() => async () => raise(e), 'throws', e),
  'rejects with undefined': later(() => () => Promise.reject(undefined), 'throws', undefined),
  'rejects with text': later(() => async () => raise('text'), 'throws', 'text'),
  'throws in finally': later(
    () => async () => {
      try {
        await null;
      } finally {
        raise(e);
      }
    },
    'throws',
    e,
  ),
  'rejects at the next turn': later((clock) => () => clock.settle().then(() => raise(e)), 'throws', e),
  'never settles': later(() => () => new Promise(() => {}), 'never'),
  'never settles and listens to nobody': later(
    () => (_: never, context?: { signal?: AbortSignal }) =>
      new Promise(() => context?.signal?.addEventListener('abort', () => {})),
    'never',
  ),
  'gives a thenable that never settles': later(
    thenable(() => {}),
    'never',
  ),
  'rejects long after its time': {
    make: (clock) => () => new Promise((_, no) => clock.schedule(() => no(e), 100_000)),
    ends: 'never',
    later: true,
    fails: true,
  },
  'fulfils long after its time': later(
    (clock) => () => new Promise((yes) => clock.schedule(() => yes('late'), 100_000)),
    'never',
  ),
  'settles twice': later(
    () => () =>
      new Promise((yes, no) => {
        yes(1);
        yes(2);
        no(e);
      }),
    'gives',
    1,
  ),
  'gives a number': giving(1),
  'gives undefined': giving(undefined),
  'gives a function': { ...giving(() => 1), unstorable: true },
  'gives a generator': { ...giving((function* own() {})()), unstorable: true },
  'gives an asynchronous generator': { ...giving((async function* own() {})()), unstorable: true },
  'gives an object without a prototype': giving(Object.create(null)),
  'gives a fulfilled thenable': later(
    thenable((yes) => yes(42)),
    'gives',
    42,
  ),
  'gives a thenable that settles both ways': later(
    thenable((yes, no) => {
      yes(1);
      no(e);
    }),
    'gives',
    1,
  ),
  'gives a thenable that fulfils, then throws': later(
    thenable((yes) => {
      yes(1);
      raise(e);
    }),
    'gives',
    1,
  ),
  'gives a thenable that throws': later(
    thenable(() => raise(e)),
    'throws',
    e,
  ),
  'gives a thenable that rejects': later(
    thenable((_, no) => no(e)),
    'throws',
    e,
  ),
  'gives a chain of 10,000 thenables': later(() => () => chain(10_000), 'gives', 'end'),
  'gives what throws when its then is read': {
    make: () => () => ({
      get then() {
        return raise(e);
      },
    }),
    ends: 'throws',
    thrown: e,
  },
  'blocks until its time is over': {
    make: (clock) => () => {
      clock.stall(100_000);
      return 1;
    },
    ends: 'gives',
    output: 1,
    late: true,
  },
};

/** Objects whose `then` is another each time it is read. Made anew for each call. */
export const fickle: Readonly<Record<string, () => unknown>> = {
  'a then that throws at the second read': () => changing(undefined, () => raise(e)),
  'a then that is there at the second read': () => changing(undefined, () => (yes: Settle) => yes(42)),
  'a then that rejects at the second read': () => changing(undefined, () => (_: Settle, no: Settle) => no(e)),
  'a then that is gone at the second read': () =>
    changing(
      (yes: Settle) => yes(42),
      () => undefined,
    ),
  'a then that throws at the third read': () =>
    changing(undefined, (read) => (read > 2 ? raise(e) : undefined)),
};

function changing(first: unknown, others: (read: number) => unknown): object {
  let reads = 0;
  return {
    get then() {
      return ++reads === 1 ? first : others(reads);
    },
  };
}

/** What is no handler. */
export const noHandlers: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  text: 'handle',
  'a number': 5,
  'an object': {},
  'a class': class {},
  'a list of a function': [() => 1],
  'what can be called by name': { call: () => 1, apply: () => 1 },
};
