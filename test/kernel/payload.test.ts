import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkPayload,
  decodePayload,
  encodePayload,
  isFlat,
  revivePayload,
  UnstorableError,
} from '../../src/kernel/payload.ts';

const LARGE = 100_000_000;
const encode = (value: unknown, limit = LARGE): string => encodePayload(() => 'value', value, limit);
const check = (value: unknown, limit = LARGE): void => checkPayload(() => 'value', value, limit);

/** Keys that something somewhere may read more into, beside any others. */
const keys = fc.oneof(
  fc.constantFrom(
    '$',
    'v',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '',
    '"$"',
    '0',
    '-1',
    'then',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const texts = fc.oneof(
  fc.constantFrom('$', '"$"', '{"$":"date","v":0}', '\ud800', 'a\0b', '\u2028'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const numbers = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

/** Everything that can be stored. `Object.fromEntries` makes `__proto__` a key like any other. */
const storable = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: 'small' },
    fc.oneof(
      texts,
      numbers,
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.bigInt(),
      fc.date({ noInvalidDate: false }),
      fc.uint8Array({ maxLength: 8 }),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map((fields) => Object.fromEntries(fields)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((items) => new Map(items)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
  ),
})).value;

/** Where two values differ, by what a person calls equal data: also their kinds, and the order of what has one. */
function difference(a: unknown, b: unknown, path = 'value'): string | undefined {
  if (typeof a !== 'object' || a === null) return Object.is(a, b) ? undefined : path;
  if (typeof b !== 'object' || b === null) return path;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return `${path}: its kind`;
  if (a instanceof Date) return difference(a.getTime(), (b as Date).getTime(), path);
  const parts = (value: object): unknown[] => {
    if (value instanceof Map) return [...value].flat(1);
    if (value instanceof Set || value instanceof Uint8Array || Array.isArray(value))
      return [...(value as unknown[])];
    return Object.keys(value).flatMap((key) => [key, Object.getOwnPropertyDescriptor(value, key)!.value]);
  };
  const [ours, theirs] = [parts(a), parts(b)];
  if (ours.length !== theirs.length) return `${path}: its size`;
  for (const [index, part] of ours.entries()) {
    const found = difference(part, theirs[index], `${path}.${index}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The smallest limit at which a value is taken. */
function sizeOf(value: unknown): number {
  let [refused, taken] = [0, LARGE];
  while (taken - refused > 1) {
    const limit = Math.floor((refused + taken) / 2);
    try {
      encode(value, limit);
      taken = limit;
    } catch {
      refused = limit;
    }
  }
  return taken;
}

const nested = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = 'innermost';
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
};

describe('a value that can be stored', () => {
  it('comes back equal, kind by kind and in its order', () => {
    fc.assert(
      fc.property(storable, (value) => {
        check(value);
        const text = encode(value);
        expect(difference(value, decodePayload(text))).toBeUndefined();
        expect(difference(value, revivePayload(text, JSON.parse(text)))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('comes back equal out of a larger text that it is a part of', () => {
    fc.assert(
      fc.property(storable, storable, (first, second) => {
        const text = `{"first":${encode(first)},"second":${encode(second)}}`;
        const parsed = JSON.parse(text);
        expect(difference(first, revivePayload(text, parsed.first))).toBeUndefined();
        expect(difference(second, revivePayload(text, parsed.second))).toBeUndefined();
      }),
    );
  });

  it('is a text of JSON without anything that a store does not take', () => {
    fc.assert(
      fc.property(storable, (value) => {
        const text = encode(value);
        expect(() => JSON.parse(text)).not.toThrow();
        expect(text.isWellFormed()).toBe(true);
        expect(text.includes('\0')).toBe(false);
      }),
    );
  });

  it('stays as it was, and what comes back shares nothing with it or with what comes back again', () => {
    const list = Object.freeze([1, undefined, Object.freeze({ $: 1 })]);
    const value = Object.freeze({
      list,
      again: list,
      bytes: new Uint8Array([1, 2]),
      map: new Map([[1, list]]),
    });
    const text = encode(value);
    const one = decodePayload(text) as typeof value;
    const other = decodePayload(text) as typeof value;

    expect(one).toEqual(value);
    expect([one.list, one.again, one.bytes, one.map]).not.toContain(list);
    expect(one.list).not.toBe(one.again);
    expect(one.list).not.toBe(other.list);
    one.bytes[0] = 9;
    expect([value.bytes[0], other.bytes[0]]).toEqual([1, 1]);
  });

  it('comes back in the order of a list, of a map and of a set', () => {
    const value = {
      map: new Map([
        ['b', 1],
        ['a', 2],
      ]),
      set: new Set(['b', 'a']),
    };
    const { map, set } = decodePayload(encode(value)) as typeof value;

    expect([[...map.keys()], [...set]]).toEqual([
      ['b', 'a'],
      ['b', 'a'],
    ]);
  });

  it.each([
    ['what looks like a tag', { $: 'date', v: 0 }],
    ['what looks like the tag of a tag', { $: 'object', v: { $: 'map', v: [[1, 2]] } }],
    ['what looks like a tag beside what needs one', { $: 'undefined', rest: undefined }],
    ['the beginning of a tag as text', '{"$":'],
    ['a part of the bytes of another', new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
    ['the last moment', new Date(8.64e15)],
    ['no moment', new Date(Number.NaN)],
    ['a large bigint', -(10n ** 400n)],
  ])('comes back equal: %s', (_, value) => {
    expect(difference(value, decodePayload(encode(value)))).toBeUndefined();
  });

  it('comes back with the prototype of all objects, whatever the names of its keys, and changes no other object', () => {
    const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    for (const value of [
      JSON.parse(hostile),
      { ...JSON.parse(hostile), $: 1 },
      new Map([[JSON.parse(hostile), undefined]]),
    ]) {
      const back = decodePayload(encode(value));
      expect(difference(value, back)).toBeUndefined();
    }
    const { ['__proto__']: own, ...rest } = decodePayload(encode(JSON.parse(hostile))) as Record<
      string,
      unknown
    >;

    expect(own).toEqual({ polluted: 1 });
    expect(Object.getPrototypeOf(rest)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('may have no prototype; it has one when it comes back', () => {
    const bare = Object.assign(Object.create(null), { a: 1, $: 2 });

    expect(decodePayload(encode(bare))).toStrictEqual({ a: 1, $: 2 });
  });
});

describe('how deep a value may be', () => {
  it.each<[string, (inner: unknown) => unknown, string]>([
    ['lists', (inner) => [inner], '0'],
    ['objects', (inner) => ({ in: inner }), 'in'],
    ['tags', (inner) => ({ $: inner }), '$'],
    ['maps', (inner) => new Map([['k', inner]]), '1'],
    ['sets', (inner) => new Set([inner]), '0'],
  ])('is 500 levels of %s in the outermost', (_, wrap, key) => {
    const deepest = nested(501, wrap);
    const tooDeep = nested(502, wrap);

    check(deepest);
    expect(difference(deepest, decodePayload(encode(deepest)))).toBeUndefined();
    for (const look of [check, encode])
      expect(() => look(tooDeep)).toThrow(
        expect.objectContaining({ code: 'UNSTORABLE', path: `${`${key}.`.repeat(12)}…` }),
      );
  });
});

describe('how large a value may be', () => {
  it('is about the characters of its text', () => {
    fc.assert(
      fc.property(storable, (value) => {
        const size = sizeOf(value);
        const { length } = encode(value);
        // A character that JSON escapes has six; a tag has about twenty where the number has eight.
        expect(length).toBeLessThanOrEqual(6 * size);
        expect(size).toBeLessThanOrEqual(4 * length + 30);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same whether it is only looked at or stored', () => {
    fc.assert(
      fc.property(storable, fc.nat(200), (value, limit) => {
        fc.pre(!isFlat(value));
        const size = sizeOf(value);
        if (limit >= size) expect(() => check(value, limit)).not.toThrow();
        else expect(() => check(value, limit)).toThrow(UnstorableError);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['text', (size: number) => 'x'.repeat(size)],
    ['the keys of an object', (size: number) => ({ ['k'.repeat(size)]: 1 })],
    ['bytes', (size: number) => new Uint8Array(size)],
    ['a list', (size: number) => new Array(size).fill(0)],
    ['a set', (size: number) => new Set(Array.from({ length: size }, (_, index) => index))],
    ['a bigint', (size: number) => 10n ** BigInt(size)],
  ])('counts %s', (_, make) => {
    const limit = 20_000;

    expect(() => encode(make(1_000), limit)).not.toThrow();
    for (const look of [check, encode])
      expect(() => look(make(limit + 1), limit)).toThrow(
        expect.objectContaining({ code: 'UNSTORABLE', reason: `it is larger than ${limit} characters` }),
      );
  });

  it('may be as much as a limit can be', () => {
    const value = { list: [1n, 'text', new Uint8Array(3)] };

    check(value, Number.MAX_SAFE_INTEGER);
    expect(decodePayload(encode(value, Number.MAX_SAFE_INTEGER))).toEqual(value);
    expect(decodePayload(encode(1n, Number.MAX_SAFE_INTEGER))).toBe(1n);
  });

  it('counts an object as often as it stands there, and takes no longer for one that stands there very often', () => {
    let value: unknown = {};
    for (let level = 0; level < 400; level++) value = [value, value];

    for (const look of [check, encode])
      expect(() => look(value, 1_000_000)).toThrow(expect.objectContaining({ code: 'UNSTORABLE' }));
  });

  it.each([
    ['a bigint', 1n << 60_000_000n],
    ['bytes', new Uint8Array(50_000_000)],
    ['a list', new Array(2_000_000).fill(0)],
  ])('finds without much ado that %s is far beyond it', (_, value) => {
    for (const look of [check, encode]) {
      const before = process.cpuUsage();
      expect(() => look(value, 1_000_000)).toThrow(expect.objectContaining({ code: 'UNSTORABLE' }));
      expect(process.cpuUsage(before).user).toBeLessThan(500_000);
    }
  });
});
