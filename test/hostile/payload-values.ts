import { raise } from './case.ts';

/** Objects in objects, so many levels deep. */
function nested(levels: number): object {
  const outermost: { inner?: object } = {};
  let innermost = outermost;
  for (let level = 0; level < levels; level++) {
    const inner = {};
    innermost.inner = inner;
    innermost = inner;
  }
  return outermost;
}

function circular(): object {
  const circle: Record<string, unknown> = { kind: 'circle' };
  circle['self'] = circle;
  circle['list'] = [circle];
  return circle;
}

function sparse(): unknown[] {
  const list: unknown[] = [];
  list[5] = 1;
  return list;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

class Point {
  x = 1;
  readonly #secret = 2;
  get secret(): number {
    return this.#secret;
  }
}

const shared = { n: 1 };
const trapped = (trap: string): object => new Proxy({}, { [trap]: () => raise(new Error('trap')) });

/** Made anew for each case: some are spoiled by use, and some are large. */
export const payloads: Readonly<Record<string, () => unknown>> = {
  // What JSON and structured clones give back as it was.
  null: () => null,
  'the number 0': () => 0,
  'empty text': () => '',
  'text with a zero byte': () => 'a\0b',
  true: () => true,
  'an empty list': () => [],
  'an empty object': () => ({}),
  'a list of null': () => [null],
  'an empty key': () => ({ '': 1 }),
  'a key __proto__ of its own': () => JSON.parse('{"__proto__":{"polluted":1}}'),
  'a constructor with a prototype': () => JSON.parse('{"constructor":{"prototype":{"polluted":1}}}'),
  'a frozen object': () => Object.freeze({ a: 1 }),
  'an object without a prototype': () => Object.assign(Object.create(null), { a: 1 }),
  '64 KiB of text': () => 'x'.repeat(65_536),
  'a list of a thousand': () => Array.from({ length: 1_000 }, () => ({ a: 1 })),
  '100 levels': () => nested(100),
  // What one of the two changes.
  undefined: () => undefined,
  'not a number': () => Number.NaN,
  'minus zero': () => -0,
  infinity: () => Number.POSITIVE_INFINITY,
  'a bigint': () => 10n ** 40n,
  'a key that is undefined': () => ({ a: undefined }),
  'a lone surrogate': () => '\ud800',
  'a date': () => new Date(0),
  'an invalid date': () => new Date(Number.NaN),
  'a regular expression': () => /(a+)+$/g,
  'a map': () => new Map([[1, 2]]),
  'a set': () => new Set([1]),
  bytes: () => new Uint8Array(8),
  'a buffer': () => Buffer.from('text'),
  'an instance with private parts': () => new Point(),
  'an error with a cause': () => new Error('e', { cause: { k: 1 } }),
  'an error with a code': () => Object.assign(new TypeError('t'), { code: 'E_OWN' }),
  'a URL': () => new URL('http://example.com/'),
  'a String object': () => new String('s'),
  'a list with a key': () => Object.assign([1], { k: 2 }),
  'a symbol as key': () => ({ [Symbol('s')]: 1 }),
  'a hidden key': () => Object.defineProperty({}, 'hidden', { value: 1 }),
  'a list with holes': () => sparse(),
  'one object twice': () => ({ a: shared, b: shared }),
  'toJSON that lies': () => ({ toJSON: () => 'lie' }),
  // What both refuse, or what bites whoever looks at it.
  'a function': () => () => 1,
  'a class': () => class {},
  'a symbol': () => Symbol('s'),
  'a circle': circular,
  'a circle inside': () => ({ a: circular() }),
  '2,000 levels': () => nested(2_000),
  '100,000 levels': () => nested(100_000),
  'a getter that throws': () => ({
    get a() {
      return raise(new Error('getter'));
    },
  }),
  'toJSON that throws': () => ({ toJSON: () => raise(new Error('toJSON')) }),
  'a proxy that hides its keys': () => trapped('ownKeys'),
  'a proxy that hides its prototype': () => trapped('getPrototypeOf'),
  'a proxy that cannot be asked for a key': () => trapped('has'),
  'a weak map': () => new WeakMap(),
  'a generator function': () => function* own() {},
  'a generator': () => (function* own() {})(),
  'shared memory': () => new SharedArrayBuffer(8),
  'a signal': () => new AbortController().signal,
  '64 MiB of text': () => 'x'.repeat(2 ** 26),
  'a list of two million': () => new Array(2e6).fill(0),
  globalThis: () => globalThis,
};

/** A value that promises or breaks when somebody looks for its `then`, and what it comes to where it is awaited. */
export interface Awaited {
  readonly make: () => unknown;
  /** What it fulfils with; or, with `fails`, what it rejects with. */
  readonly fulfils?: unknown;
  readonly fails?: string;
}

export const awaitables: Readonly<Record<string, Awaited>> = {
  'a promise': { make: () => Promise.resolve(42), fulfils: 42 },
  'a thenable': { make: () => ({ then: (yes: (n: number) => void) => yes(42) }), fulfils: 42 },
  'a function with then': {
    make: () => Object.assign(() => 1, { then: (yes: (n: number) => void) => yes(42) }),
    fulfils: 42,
  },
  'a then that is no function': { make: () => ({ then: 5 }) },
  'a then that throws when read': {
    make: () => ({
      get then() {
        return raise(new Error('then'));
      },
    }),
    fails: 'then',
  },
  'a proxy that throws when read': {
    make: () => new Proxy({}, { get: () => raise(new Error('trap')) }),
    fails: 'trap',
  },
  'a revoked proxy': { make: revoked, fails: 'revoked' },
};

/**
 * Where the values are that no store gives back as they were, by the name of the payload: the path of what is wrong.
 * All other payloads can be stored.
 */
const unstorablePayloads: Readonly<Record<string, RegExp>> = {
  'a regular expression': /^$/,
  'a buffer': /^$/,
  'an instance with private parts': /^$/,
  'an error with a cause': /^$/,
  'an error with a code': /^$/,
  'a URL': /^$/,
  'a String object': /^$/,
  'a list with a key': /^(k)?$/,
  'a symbol as key': /^$/,
  'a hidden key': /^$/,
  'a list with holes': /^0?$/,
  'toJSON that lies': /^toJSON$/,
  'a function': /^$/,
  'a class': /^$/,
  'a symbol': /^$/,
  'a circle': /^(self|list\.0)\./,
  'a circle inside': /^a\.(self|list\.0)\./,
  '2,000 levels': /^inner\.inner\./,
  '100,000 levels': /^inner\.inner\./,
  'a getter that throws': /^a$/,
  'toJSON that throws': /^toJSON$/,
  'a proxy that hides its keys': /^$/,
  'a proxy that hides its prototype': /^$/,
  'a weak map': /^$/,
  'a generator function': /^$/,
  'a generator': /^$/,
  'shared memory': /^$/,
  'a signal': /^$/,
  '64 MiB of text': /^$/,
  'a list of two million': /^\d+$/,
  globalThis: /^/,
};

/** The same for values that are not awaited although they could be. */
const unstorableAwaitables: Readonly<Record<string, RegExp>> = {
  'a promise': /^$/,
  'a thenable': /^then$/,
  'a function with then': /^$/,
  'a then that throws when read': /^then$/,
  'a revoked proxy': /^$/,
};

/** The path at which a value cannot be stored; undefined for one that can. Not by asking the library. */
export function faultIn(name: string): RegExp | undefined {
  return { ...unstorablePayloads, ...unstorableAwaitables }[name];
}

/** Whoever looks at them may find that they cannot be read, or not look so closely. */
export const openToBoth: ReadonlySet<string> = new Set([
  'a proxy that cannot be asked for a key',
  'a proxy that throws when read',
]);
