import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPayload, decodePayload, encodePayload, UnstorableError } from '../../src/kernel/payload.ts';

const LIMIT = 100_000;
const boom = new Error('own');
const throws = (): never => {
  throw boom;
};
const opaque = new Proxy({}, { get: throws, has: throws, getPrototypeOf: throws, ownKeys: throws });

/** Gives one value when it is read for the first time, and does another thing from then on. */
function changing(first: unknown, then: () => unknown): object {
  let reads = 0;
  return {
    get a() {
      return ++reads === 1 ? first : then();
    },
  };
}

class Point {
  x = 1;
}
class Rows extends Array {
  toJSON(): string {
    return 'lie';
  }
}
class Days extends Date {}
class Table extends Map {}
class Names extends Set {}

interface Refused {
  readonly make: () => unknown;
  /** The path below the value itself; left out: the value itself. */
  readonly at?: string;
}

/** What no text gives back as it was. Made anew each time, as some change when they are looked at. */
const refused: Readonly<Record<string, Refused>> = {
  'a function': { make: () => () => 1 },
  'a class': { make: () => Point },
  'a symbol': { make: () => Symbol('s') },
  'a promise': { make: () => Promise.resolve(1) },
  'an instance': { make: () => new Point() },
  'an instance of a class that extends nothing': {
    make: () => Object.create(class extends (null as never as ObjectConstructor) {}.prototype),
  },
  'an instance without a name': { make: () => new (class {})() },
  'an error': { make: () => boom },
  'a regular expression': { make: () => /a/ },
  'a boxed text': { make: () => Object('text') },
  'a weak map': { make: () => new WeakMap() },
  'a generator': { make: () => (function* own() {})() },
  'a list of floats': { make: () => new Float64Array(2) },
  'a buffer, which would come back as bytes': { make: () => Buffer.from('a') },
  'a list of another class': { make: () => Rows.from([1, 2]) },
  'a date of another class': { make: () => new Days() },
  'a map of another class': { make: () => new Table() },
  'a set of another class': { make: () => new Names() },
  'a date of another realm': { make: () => runInNewContext('new Date(0)') },
  'a symbol as a key': { make: () => ({ [Symbol('s')]: 1 }) },
  'a symbol as a key of a list': { make: () => Object.assign([1], { [Symbol('s')]: 1 }) },
  'a key of a list': { make: () => Object.assign([1], { k: 1 }) },
  'a key of a map': { make: () => Object.assign(new Map(), { k: 1 }) },
  'a key of a set': { make: () => Object.assign(new Set(), { k: 1 }) },
  'a key of a date': { make: () => Object.assign(new Date(0), { k: 1 }) },
  'a key of bytes': { make: () => Object.assign(new Uint8Array(2), { k: 1 }) },
  'an object that inherits': { make: () => Object.create(Object.assign(Object.create(null), { x: 1 })) },
  'a list that speaks for itself': { make: () => Object.assign([1], { toJSON: () => 'lie' }) },
  'a list that maps itself': { make: () => Object.assign([1, undefined], { map: () => 'lie' }) },
  'what inherits how it speaks': {
    make: () => Object.create(Object.assign(Object.create(null), { toJSON: () => 'lie' })),
  },
  'a map with another iterator': {
    make: () => Object.assign(new Map([[1, 2]]), { [Symbol.iterator]: () => [5].values() }),
  },
  'a date with another time': { make: () => Object.assign(new Date(0), { getTime: () => 10n }) },
  'a proxy of a date': { make: () => new Proxy(new Date(0), {}) },
  'a proxy of a map': { make: () => new Proxy(new Map(), {}) },
  'what only looks like a date': { make: () => Object.create(Date.prototype) },
  'what only looks like bytes': { make: () => Object.create(Uint8Array.prototype) },
  'an opaque proxy': { make: () => opaque },
  'a proxy that hides its keys': { make: () => new Proxy({}, { ownKeys: throws }) },
  'a list that is a proxy and cannot be read': { make: () => new Proxy([1], { get: throws }) },
  'what has a class that cannot be asked for': {
    make: () => Object.create(Object.create(Object.prototype, { constructor: { get: throws } })),
  },
  'a gap': { make: () => Object.assign(new Array(2), { 0: 1 }), at: '1' },
  'a getter that throws': {
    make: () => ({
      get a() {
        return throws();
      },
    }),
    at: 'a',
  },
  'a getter that throws what cannot be looked at': {
    make: () => ({
      get a() {
        throw opaque;
      },
    }),
    at: 'a',
  },
  'a function among the fields': { make: () => ({ first: 1, toJSON: () => 'lie' }), at: 'toJSON' },
  'an accessor on the way': {
    make: () => ({
      first: 1,
      get a() {
        return () => 1;
      },
    }),
    at: 'a',
  },
};

/** What may be refused, or taken as it is read at first; but it must not become something else. */
const open: Readonly<Record<string, { readonly make: () => unknown; readonly gives: unknown }>> = {
  'a getter that gives a function later': { make: () => changing(1, () => () => 1), gives: { a: 1 } },
  'a getter that gives a bigint later': { make: () => changing(1, () => 1n), gives: { a: 1 } },
  'a getter that gives nothing later': { make: () => changing(1, () => undefined), gives: { a: 1 } },
  'a getter that throws later': { make: () => changing(1, throws), gives: { a: 1 } },
  'a getter that throws later, beside what needs a tag': {
    make: () => ({ tag: undefined, in: changing(1, throws) }),
    gives: { tag: undefined, in: { a: 1 } },
  },
  'a proxy that cannot be read': { make: () => new Proxy({}, { get: throws }), gives: {} },
  'a proxy that cannot be asked for a key': {
    make: () => new Proxy({ a: 1 }, { has: throws }),
    gives: { a: 1 },
  },
  'a list that says that it is longer': {
    make: () => new Proxy([], { get: (_, key) => (key === 'length' ? 5 : 1), has: () => true }),
    gives: [1, 1, 1, 1, 1],
  },
  'what speaks for itself in secret': {
    make: () => Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'lie' }),
    gives: { a: 1 },
  },
};

type Look = (value: unknown) => unknown;
const looks: Readonly<Record<string, Look>> = {
  check: (value) => checkPayload(() => 'value', value, LIMIT),
  encode: (value) => encodePayload(() => 'value', value, LIMIT),
};

/** The path at which it was refused; undefined when it was not. Throws what is no error of ours. */
function pathOf(look: Look, value: unknown): string | undefined {
  try {
    look(value);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UnstorableError);
    expect(error).toMatchObject({ code: 'UNSTORABLE', retryable: false, what: 'value' });
    return (error as UnstorableError).path;
  }
}

type Wrap = readonly [key: string, wrap: (inner: unknown) => unknown];
/** Something storable around a value, and the key under which the value stands in it. */
const around: fc.Arbitrary<Wrap> = fc.oneof(
  fc
    .array(fc.constantFrom(null, undefined, -0, 'text', 1n, new Date(0)), { maxLength: 3 })
    .map((before): Wrap => [`${before.length}`, (inner) => [...before, inner, () => 'after']]),
  fc.constantFrom('key', '$', '__proto__', 'constructor', '').map(
    (key): Wrap => [
      key,
      (inner) =>
        Object.fromEntries([
          ['before', undefined],
          [key, inner],
        ]),
    ],
  ),
  fc.constantFrom<Wrap>(
    [
      '2',
      (inner) =>
        new Map<unknown, unknown>([
          [1, 2],
          [inner, 3],
        ]),
    ],
    [
      '3',
      (inner) =>
        new Map<unknown, unknown>([
          [1, 2],
          [4, inner],
        ]),
    ],
    ['1', (inner) => new Set([1, inner])],
  ),
);

describe('a value that cannot be stored', () => {
  it.each(Object.entries(refused))('is refused by name and place: %s', (_, { make, at = '' }) => {
    fc.assert(
      fc.property(fc.array(around, { maxLength: 6 }), (wraps) => {
        const keys = wraps.map(([key]) => key);
        const path = [...keys, ...(at === '' ? [] : [at])].join('.');
        for (const look of Object.values(looks)) {
          const value = wraps.reduceRight((inner, [, wrap]) => wrap(inner), make());
          expect(pathOf(look, value)).toBe(path);
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each(Object.entries(open))('is refused, or taken as it was first read: %s', (_, { make, gives }) => {
    const [checked, encoded] = Object.values(looks).map((look) => pathOf(look, { in: [make()] }));

    expect(checked).toBe(encoded);
    if (encoded !== undefined) return;
    expect(decodePayload(encodePayload(() => 'value', make(), LIMIT))).toStrictEqual(gives);
  });

  it('is named together with the place and the reason, and keeps what stopped whoever looked', () => {
    const value = {
      facts: [
        { source: new Point() },
        {
          get a() {
            return throws();
          },
        },
      ],
    };

    expect(() => encodePayload(() => 'output of step "web"', value, LIMIT)).toThrow(
      'The output of step "web" cannot be stored at facts.0.source: an instance of Point is no data',
    );
    expect(() => encodePayload(() => 'value', value.facts[1], LIMIT)).toThrow(
      expect.objectContaining({ path: 'a', cause: boom }),
    );
  });

  it('is refused where it contains itself', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = { list: [circle] };
    const map = new Map();
    map.set('self', map);

    for (const look of Object.values(looks)) {
      expect(pathOf(look, circle)).toBe(`${'self.list.0.'.repeat(4)}…`);
      expect(pathOf(look, map)).toBe(`${'1.'.repeat(12)}…`);
    }
  });

  it('is refused by a message of bounded length, however long the way is', () => {
    let value: unknown = () => 1;
    for (let level = 0; level < 400; level++) value = { key: value };

    expect(pathOf(looks['encode'] as Look, value)).toBe(`${'key.'.repeat(12)}…`);
  });
});
