import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../../src/index.ts';
import {
  abortSignal,
  callable,
  duration,
  fields,
  list,
  number,
  optional,
  parseOption,
  parseOptions,
  port,
  type Rule,
  text,
  whole,
  withDefault,
} from '../../src/kernel/options.ts';
import { raise, thrownBy } from '../support/outcome.ts';

const NUMBERS: readonly unknown[] = [
  Number.NaN,
  -1,
  0.5,
  2 ** 53,
  1e308,
  Number.NEGATIVE_INFINITY,
  '100',
  '',
  null,
  true,
  [],
  [5],
  {},
  10n,
  new Date(0),
  () => 1,
  Symbol('n'),
  { valueOf: () => 5 },
  { valueOf: () => raise('valueOf') },
];

const accepts = (rule: Rule<unknown>, value: unknown): boolean => {
  try {
    parseOption('owner', 'option', rule, value);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionsError);
    return false;
  }
};

describe('a whole number', () => {
  it.each(NUMBERS)('is never %o, and nothing is coerced into one', (value) => {
    expect(accepts(whole({ max: Number.POSITIVE_INFINITY }), value)).toBe(false);
  });

  it('follows its bounds exactly, with Infinity only where the upper one is Infinity', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.oneof(fc.integer(), fc.double()), (min, span, value) => {
        const max = min + span;
        expect(accepts(whole({ min, max }), value)).toBe(
          Number.isInteger(value) && value >= min && value <= max,
        );
      }),
    );
    expect(accepts(whole(), Number.POSITIVE_INFINITY)).toBe(false);
    expect(accepts(whole({ max: Number.POSITIVE_INFINITY }), Number.POSITIVE_INFINITY)).toBe(true);
  });
});

describe('a number from 0 to 1', () => {
  it.each([...NUMBERS.filter((value) => value !== 0.5), 1.000001, Number.POSITIVE_INFINITY])(
    'is never %o',
    (value) => {
      expect(accepts(number({ min: 0, max: 1 }), value)).toBe(false);
    },
  );
  it.each([0, 0.5, 1])('may be %d', (value) => {
    expect(accepts(number({ min: 0, max: 1 }), value)).toBe(true);
  });
});

describe('a duration', () => {
  it.each(NUMBERS.filter((value) => value !== 0.5 && value !== 2 ** 53 && value !== 1e308))(
    'is never %o',
    (value) => {
      expect(accepts(duration(), value)).toBe(false);
    },
  );
  it('may be Infinity only where that means no limit', () => {
    expect(accepts(duration(), Number.POSITIVE_INFINITY)).toBe(false);
    expect(accepts(duration({ infinity: true }), Number.POSITIVE_INFINITY)).toBe(true);
  });
  it('keeps to its lower bound', () => {
    expect([0, 0.999, '0.5ms', 1, '1ms'].map((value) => accepts(duration({ min: 1 }), value))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('a function', () => {
  it.each([[class {}], ['text'], [{}], [null], [undefined], [{ call: () => 1 }]])('is never %o', (value) => {
    expect(accepts(callable(), value)).toBe(false);
  });
  it.each([
    [() => 1],
    [async () => 1],
    [function named() {}],
    [
      function* many() {
        yield 1;
      },
    ],
    [new Proxy(() => 1, {})],
  ])('may be %o', (value) => {
    expect(accepts(callable(), value)).toBe(true);
  });
});

describe('a signal', () => {
  it.each([[{}], [null], ['abort'], [new AbortController()], [new EventTarget()], [{ aborted: false }]])(
    'is never %o',
    (value) => {
      expect(accepts(abortSignal, value)).toBe(false);
    },
  );
  it('may come from anywhere, as long as it behaves like one', () => {
    const own = { aborted: false, addEventListener: () => {}, removeEventListener: () => {} };

    expect(accepts(abortSignal, own)).toBe(true);
    expect(accepts(abortSignal, new AbortController().signal)).toBe(true);
  });
});

describe('an options object', () => {
  interface Settings {
    readonly size: number;
    readonly inner: { readonly names: readonly string[] } | undefined;
    readonly log: { write(): void } | undefined;
  }
  const rules = {
    size: withDefault(whole({ min: 1, max: 9 }), 3),
    inner: optional(fields<{ names: readonly string[] }>({ names: list(text) })),
    log: optional(port<{ write(): void }>('Log', ['write'])),
  };
  const parse = (options: unknown): Settings => parseOptions<Settings>('Thing', rules, options);
  const refusal = (options: unknown) => thrownBy(() => parse(options)) as InvalidOptionsError;

  it.each([undefined, {}, { size: undefined }, Object.create(null)])(
    'may leave everything out: %o',
    (options) => {
      expect(parse(options)).toEqual({ size: 3, inner: undefined, log: undefined });
    },
  );

  it.each(['text', 5, true, [], [1], () => 1])('is never %o', (options) => {
    expect(refusal(options)).toMatchObject({
      owner: 'Thing',
      option: 'options',
      rule: 'an object',
      value: options,
    });
  });

  it.each([
    [{ sise: 3 }, 'sise', 'one of the known options (size, inner, log)', 'sise'],
    [{ size: 3, toString: 1 }, 'toString', 'one of the known options (size, inner, log)', 'toString'],
    [JSON.parse('{"__proto__":1}'), '__proto__', 'one of the known options (size, inner, log)', '__proto__'],
    [{ size: 0 }, 'size', 'a whole number >= 1 and <= 9', 0],
    [{ size: null }, 'size', 'a whole number >= 1 and <= 9', null],
    [{ inner: null }, 'inner', 'an object', null],
    [{ inner: { names: 'a' } }, 'inner.names', 'an array', 'a'],
    [{ inner: { names: ['a', 5] } }, 'inner.names.1', 'text', 5],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    [{ inner: { names: ['a', , 'b'] } }, 'inner.names.1', 'text', undefined],
    [{ inner: { names: [], more: 1 } }, 'inner.more', 'one of the known options (names)', 'more'],
    [{ log: { write: 1 } }, 'log', 'a Log (an object with write)', { write: 1 }],
  ])(
    'that is %o is refused by the name of the option, its rule and its value',
    (options, option, rule, value) => {
      const error = refusal(options);

      expect(error).toMatchObject({
        code: 'INVALID_OPTIONS',
        owner: 'Thing',
        option,
        rule,
        value,
        retryable: false,
      });
      expect(error.message).toContain(`Thing: ${option} must be ${rule}, got `);
    },
  );

  it('is read once, and nothing of it is written to', () => {
    const reads: string[] = [];
    const options = new Proxy(Object.freeze({ size: 4 }), {
      get: (target, key) => {
        reads.push(String(key));
        return Reflect.get(target, key);
      },
    });

    expect(parse(options).size).toBe(4);
    expect(reads.filter((key) => key === 'size')).toEqual(['size']);
  });

  it('names an option that cannot be read, with what that threw as the cause', () => {
    const boom = new Error('getter');

    expect(
      thrownBy(() =>
        parse({
          get size() {
            return raise(boom);
          },
        }),
      ),
    ).toMatchObject({ code: 'INVALID_OPTIONS', option: 'size', rule: 'readable', cause: boom });
  });
});
