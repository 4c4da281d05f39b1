import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidNameError } from '../../src/index.ts';
import { checkName, checkPattern } from '../../src/kernel/names.ts';
import { raise, thrownBy } from '../support/outcome.ts';

const notText = [
  undefined,
  null,
  0,
  Number.NaN,
  1n,
  true,
  Symbol('x'),
  {},
  [],
  ['a'],
  () => 'a',
  new String('a'),
];
const hostile = [
  ['an object whose toString throws', { toString: () => raise('toString') }],
  [
    'a proxy whose every trap throws',
    new Proxy({}, { get: () => raise('get'), getPrototypeOf: () => raise('proto') }),
  ],
] as const;
const badText = ['', ' ', 'a b', ' a', 'a ', '\t', 'a\nb', 'a\0b', '\u007f', '\u0085', '\ud800', 'a\udc00b'];
const badDots = ['.', '..', '../a', '.a', 'a.', 'a..b', '__proto__'];
const tooLong = ['x'.repeat(257), 'é'.repeat(129), 'x'.repeat(1_000_000)];

describe.each([
  { what: 'a name', check: (value: unknown) => checkName('agent', value), kind: 'agent' },
  { what: 'a pattern', check: (value: unknown) => checkPattern(value), kind: 'pattern' },
])('$what', ({ check, kind }) => {
  it.each([...notText, ...badText, ...badDots, ...tooLong])('is never %o', (value) => {
    const error = thrownBy(() => check(value));

    expect(error).toBeInstanceOf(InvalidNameError);
    expect(error).toMatchObject({ code: 'INVALID_NAME', kind, value, retryable: false });
  });

  it.each(hostile)('is never %s', (_what, value) => {
    expect(thrownBy(() => check(value))).toBeInstanceOf(InvalidNameError);
  });

  it.each([
    'a',
    '0',
    'a.b.c',
    'constructor',
    'prototype',
    'hasOwnProperty',
    'then',
    'toString',
    '#',
    '?',
    'a/b',
    'a:b|c',
    '(a+)+$',
    '$SYS.a',
    '%00',
    'x'.repeat(256),
    'é'.repeat(128),
    '👩‍👩‍👧',
    'a\u200b',
  ])('may be %s, and comes back as it was', (value) => {
    expect(check(value)).toBe(value);
  });
});

it.each(['*', '>', 'a.*', '*.a', 'a.>', 'a*', '**', 'a.b>'])(
  'keeps the wildcards of %s out of names',
  (value) => {
    expect(thrownBy(() => checkName('topic', value))).toBeInstanceOf(InvalidNameError);
  },
);

it.each(['*', '>', 'a.*', '*.a', '*.*', 'a.>', '*.>', 'a.*.b.>'])('takes %s for a pattern', (value) => {
  expect(checkPattern(value)).toBe(value);
});

it.each(['>.a', 'a.>.b', '>.>', 'a*', '*a', '**', 'a>', 'a.b*c', '>>'])(
  'takes %s for no pattern',
  (value) => {
    expect(thrownBy(() => checkPattern(value))).toBeInstanceOf(InvalidNameError);
  },
);

it('finds the same fault each time it is asked, also after very many names', () => {
  for (let index = 0; index < 25_000; index++) checkName('topic', `topic.${index}`);

  expect(checkName('topic', 'topic.1')).toBe('topic.1');
  expect(thrownBy(() => checkName('topic', 'topic 1'))).toBeInstanceOf(InvalidNameError);
});

it('takes every name for a pattern that means itself, and no text with a wildcard for a name', () => {
  const accepts = (check: (value: unknown) => string, text: string): boolean => {
    try {
      return check(text) === text;
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidNameError);
      return false;
    }
  };
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('a', '.', '*', '>', ' '), { maxLength: 6 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (name) => {
      const asName = accepts((value) => checkName('topic', value), name);
      const asPattern = accepts(checkPattern, name);
      expect(asName).toBe(asPattern && !/[*>]/.test(name));
    }),
    { numRuns: 150 },
  );
});
