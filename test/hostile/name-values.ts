import { raise } from './case.ts';

type Values = Readonly<Record<string, unknown>>;
type Texts = Readonly<Record<string, string>>;

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** What is no text. Nothing of it is turned into one. */
export const noText: Values = {
  undefined: undefined,
  null: null,
  'the number 0': 0,
  'not a number': Number.NaN,
  'a bigint': 1n,
  true: true,
  'a symbol': Symbol('name'),
  'an object': {},
  'an object without a prototype': Object.create(null),
  'an empty array': [],
  'an array of a name': ['name'],
  'a function': () => 'name',
  'a class': class {},
  'a String object': new String('name'),
  'a date': new Date(0),
  'what turns itself into a name': { toString: () => 'name', [Symbol.toPrimitive]: () => 'name' },
  'what throws when it is turned into text': { toString: () => raise(new Error('toString')) },
  'a proxy that throws when it is read': new Proxy({}, { get: () => raise(new Error('trap')) }),
  'a revoked proxy': revoked(),
};

/** Text that the grammar refuses, in names and patterns alike. */
export const badTexts: Texts = {
  'empty text': '',
  'a space': ' ',
  'a tab and a line break': '\t\n',
  'a space inside': 'a b',
  'a space before': ' a',
  'a space after': 'a ',
  'a no-break space': 'a\u00a0b',
  'a byte order mark': '\ufeffa',
  'a zero byte': 'a\0b',
  'a delete character': 'a\u007f',
  'a C1 control character': 'a\u0085b',
  'a high surrogate alone': '\ud800',
  'a low surrogate alone': 'a\udc00b',
  'a million characters': 'x'.repeat(1_000_000),
  '257 bytes': 'x'.repeat(257),
  '258 bytes in 129 characters': 'é'.repeat(129),
  'what every object has': '__proto__',
  'a dot': '.',
  'two dots': '..',
  'a dot before': '.a',
  'a dot after': 'a.',
  'two dots inside': 'a..b',
  'the folder above': '../a',
};

/** Text that is no name; true for what is a pattern. */
export const wildTexts: Readonly<Record<string, boolean>> = {
  '*': true,
  '>': true,
  'a.*': true,
  '*.*.a': true,
  'a.>': true,
  '**': false,
  'a*': false,
  '>.a': false,
  'a>b': false,
  '*.*.*.*.*b': false,
};

/** Names like any other, though something somewhere may read more into them. */
export const goodNames: readonly string[] = [
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'valueOf',
  'toJSON',
  'length',
  '__defineGetter__',
  '#',
  '?',
  '~',
  '-',
  '0',
  '-1',
  '1e3',
  'NaN',
  'null',
  'undefined',
  'a.b',
  'a.__proto__.b',
  'a/b',
  'a\\b',
  'a:b',
  'a|b',
  'a,b',
  "a'b",
  'a"b',
  '`a`',
  '$(a)',
  '\u0024{a}',
  'a;--',
  '%00',
  '%2e',
  '$SYS.a',
  '_INBOX.a',
  '$JS.API.a',
  '(a+)+$',
  '[',
  '(',
  '^$',
  'a{1,99999}',
  '<script',
  'C:\\nul',
  'x'.repeat(240),
  'é'.repeat(120),
  '日本語',
  '👩‍👩‍👧',
  '\u202ea',
  'a\u200bb',
];

/** As long as a name may be; that of an agent is also part of a topic. */
export const longNames: Texts = {
  '250 bytes': 'y'.repeat(250),
  '251 bytes': 'y'.repeat(251),
  '256 bytes': 'y'.repeat(256),
};
export const LONGEST_AGENT_NAME = 250;

/** Names that look alike and are not the same. */
export const alike: readonly (readonly [string, string])[] = [
  ['é', 'e\u0301'],
  ['a', 'ａ'],
  ['a', 'A'],
  ['İ', 'i̇'],
  ['a', 'a\u200b'],
  ['ß', 'ss'],
  ['fi', 'ﬁ'],
  ['a', '\u202ea'],
  ['1', '01'],
  ['a:b|c', 'a|b:c'],
  ['a.b', 'a:b'],
  ['👩‍👩‍👧', '👩👩👧'],
];
