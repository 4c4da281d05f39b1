import { claim, claimSame, codeOf, outcomeOf } from './checks.ts';
import type { DeclareStoreClause, StoreBench } from './store-bench.ts';

/** Texts that are no keys, with what is wrong. */
const NO_KEYS: readonly (readonly [unknown, string])[] = [
  ['', 'empty text'],
  ['a\0b', 'a key with NUL'],
  ['a\nb', 'a key with a line feed'],
  ['a\u007f', 'a key with DEL'],
  ['a\u0085', 'a key with a C1 control'],
  ['\ud83d', 'half of a character'],
  ['a\udc00b', 'another half'],
  ['k'.repeat(1_025), 'a key of 1025 bytes'],
  ['\u{1f600}'.repeat(257), 'a key of 1028 bytes in 514 units'],
  [7, 'a number'],
  [undefined, 'nothing'],
  [null, 'null'],
  [['a'], 'an array'],
];

/** Keys that go wrong where they are taken for something else than keys. */
const KEYS: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  ' ',
  ' a',
  'a ',
  'A',
  'a',
  'a.b',
  'a/b',
  '../a',
  'a\\b',
  'a:b',
  '%',
  '_',
  '*',
  '?',
  '[a]',
  "a'b",
  'a"b',
  "'; DROP TABLE streams; --",
  'NULL',
  '0',
  '1',
  '1.0',
  '01',
  '\u00e9',
  'e\u0301',
  '\u{1f600}',
  '\u{1f468}\u200d\u{1f469}',
  '\ufeff',
  '\uffff',
  'k'.repeat(1_024),
  `${'k'.repeat(1_023)}j`,
  '\u{1f600}'.repeat(256),
];

/** Texts that come back changed where they are taken for something else than text. */
const TEXTS: readonly string[] = [
  '',
  ' ',
  '\n\r\n\t',
  'null',
  'undefined',
  'true',
  '007',
  '1e3',
  '12345678901234567890',
  '{"a":[1,2,{"b":null}],"__proto__":{"x":1}}',
  'it\'s "quoted" \\ and; -- /* so */ $1 :a ?',
  '\ufeffwith a mark',
  '\u2028\u2029\u0085',
  '\uffff\ufffe\ufffd',
  'e\u0301 \u00e9',
  '\u{1f600}\u{10ffff}',
  '\u0001\u001f\u007f',
];

/** Hostile keys and texts. */
export function textClauses(clause: DeclareStoreClause): void {
  clause('refuses what is no key, in every call', async (bench) => {
    const { journal, records } = bench;
    for (const [value, what] of NO_KEYS) {
      const key = value as string;
      const calls = [
        () => journal.append(key, 0, ['a']),
        () => journal.read(key),
        () => journal.truncate(key, 1, 'a'),
        () => journal.delete(key, 0),
        () => records.get(key),
        () => records.create(key, 'a'),
        () => records.update(key, 'a', 1),
        () => records.delete(key),
      ];
      for (const call of calls) await bench.refuses(call, 'INVALID_KEY', what);
    }
    claimSame([await bench.streams(), await bench.keys()], [[], []], 'what was stored');
  });

  clause('keeps streams apart whose keys look alike, or like something else', async (bench) => {
    for (const key of KEYS) await bench.append(key, 0, `of ${key}`);
    for (const key of KEYS) {
      claimSame(await bench.entries(key), [`of ${key}`], `the entries of ${JSON.stringify(key)}`);
    }
    claimSame((await bench.streams()).toSorted(), KEYS.toSorted(), 'the keys');
    claim(({} as { x?: unknown }).x === undefined, 'a key has changed Object.prototype');
  });

  clause('keeps records apart whose keys look alike, or like something else', async (bench) => {
    for (const key of KEYS) await bench.records.create(key, `of ${key}`);
    for (const key of KEYS) {
      const record = await bench.records.get(key);
      claimSame([record?.key, record?.text], [key, `of ${key}`], `the record ${JSON.stringify(key)}`);
    }
    claimSame((await bench.keys()).toSorted(), KEYS.toSorted(), 'the keys');
  });

  clause('has no streams or records under keys of an empty object', async (bench) => {
    for (const key of ['__proto__', 'constructor', 'toString']) {
      claimSame((await bench.journal.read(key)).last, 0, `the last sequence of ${key}`);
      claimSame((await bench.records.get(key)) === undefined, true, `no record ${key}`);
    }
  });

  clause('lists keys in the order of their UTF-8 bytes', async (bench) => {
    const wanted = [
      'A',
      'a',
      'a b',
      'a.b',
      'aa',
      'z',
      '\u00e9',
      '\ud7ff',
      '\uff5a',
      '\u{1f600}',
      '\u{10ffff}',
    ];
    for (const key of wanted.toReversed()) {
      await bench.append(key, 0, 'a');
      await bench.records.create(key, 'a');
    }
    claimSame(await bench.streams(), wanted, 'the streams');
    claimSame(await bench.keys(), wanted, 'the records');
    claimSame(await bench.streams({ after: '\ud7ff' }), wanted.slice(8), 'the streams after U+D7FF');
    claimSame(await bench.keys({ after: '\uff5a', limit: 1 }), ['\u{1f600}'], 'the record after U+FF5A');
  });

  clause('takes a prefix as it is, whatever wildcards it has', async (bench) => {
    const keys = ['a%b', 'a_b', 'a*b', 'a?b', 'a[b', 'axb', 'A%b'];
    for (const key of keys) {
      await bench.append(key, 0, 'a');
      await bench.records.create(key, 'a');
    }
    for (const prefix of ['a%', 'a_', 'a*', 'a?', 'a[']) {
      claimSame(await bench.streams({ prefix }), [`${prefix}b`], `the streams under ${prefix}`);
      claimSame(await bench.keys({ prefix }), [`${prefix}b`], `the records under ${prefix}`);
    }
    claimSame((await bench.streams({ prefix: 'a' })).length, 6, 'how many streams there are under a');
    claimSame(await bench.streams({ prefix: 'A' }), ['A%b'], 'the streams under A');
    claimSame(await bench.keys({ prefix: 'A' }), ['A%b'], 'the records under A');
  });

  clause('lists what comes after a key that is not there, and within the prefix only', async (bench) => {
    for (const key of ['a', 'b.1', 'b.3', 'b', 'c']) await bench.append(key, 0, 'x');
    claimSame(await bench.streams({ after: 'b.2' }), ['b.3', 'c'], 'after a key between two');
    claimSame(
      await bench.streams({ prefix: 'b.', after: 'a' }),
      ['b.1', 'b.3'],
      'after one before the prefix',
    );
    claimSame(await bench.streams({ prefix: 'b.', after: 'b.1' }), ['b.3'], 'after one within the prefix');
    claimSame(await bench.streams({ prefix: 'b.', after: 'c' }), [], 'after one beyond the prefix');
    claimSame(await bench.streams({ prefix: 'b' }), ['b', 'b.1', 'b.3'], 'a prefix that is a key');
    claimSame(await bench.streams({ prefix: '\u{10ffff}' }), [], 'a prefix that nobody has');
  });

  clause('gives every text back exactly', async (bench) => {
    await bench.append('run', 0, ...TEXTS);
    claimSame(await bench.entries('run'), TEXTS, 'the entries');
    for (const [place, text] of TEXTS.entries()) {
      await bench.records.create(`${place}`, text);
      claimSame((await bench.records.get(`${place}`))?.text, text, 'the text of a record');
      await bench.append(`snapshot.${place}`, 0, 'a');
      await bench.journal.truncate(`snapshot.${place}`, 1, text);
      const { snapshot } = await bench.journal.read(`snapshot.${place}`);
      claimSame(snapshot?.text, text, 'the text of a snapshot');
    }
  });

  clause('keeps NUL in a text exactly, or refuses it', async (bench) => {
    for (const text of ['\0', 'a\0b', 'a\0']) {
      const appended = await outcomeOf(
        bench.append(`run ${text.length}`, 0, text),
        'the append',
        bench.withinMs,
      );
      if (appended.error !== undefined) claimSame(codeOf(appended.error), 'INVALID_OPTIONS', 'the code');
      else claimSame(await bench.entries(`run ${text.length}`), [text], 'the entries');
      const call = bench.records.create(`record ${text.length}`, text);
      const made = await outcomeOf(call, 'making a record', bench.withinMs);
      if (made.error !== undefined) claimSame(codeOf(made.error), 'INVALID_OPTIONS', 'the code');
      else claimSame((await bench.records.get(`record ${text.length}`))?.text, text, 'the text');
    }
  });

  clause('refuses text that UTF-8 can not carry, and stores none of the others with it', async (bench) => {
    const revision = await bench.records.create('lock', 'ada');
    await bench.append('run', 0, 'a');
    for (const text of ['\ud83d', 'a\udc00b', '\udc00\ud83d']) {
      const calls = [
        () => bench.append('run', 1, 'good', text),
        () => bench.append('new', 0, text),
        () => bench.journal.truncate('run', 1, text),
        () => bench.records.create('new', text),
        () => bench.records.update('lock', text, revision),
      ];
      for (const call of calls) await bench.refuses(call, 'INVALID_OPTIONS', 'half of a character');
    }
    claimSame(await bench.journal.read('run'), { last: 1, first: 1, entries: ['a'] }, 'the stream');
    claimSame([await bench.streams(), await bench.keys()], [['run'], ['lock']], 'what is there');
  });

  clause('keeps texts of a million bytes', async (bench) => {
    const texts = ['a'.repeat(1_000_000), '\u{1f600}'.repeat(250_000), `${'ab'.repeat(500_000)}c`];
    await bench.append('run', 0, ...texts);
    await bench.records.create('large', texts[1]!);
    const [entries, record] = [await bench.entries('run'), await bench.records.get('large')];
    // Compared without claimSame, which would say what they are.
    claim(entries.length === 3 && entries.every((text, place) => text === texts[place]), 'an entry differs');
    claim(record?.text === texts[1], 'the text of the record differs');
  });

  argumentClause(clause, 'refuses an append that is none', ({ journal }) => [
    () => journal.append('run', -1, ['a']),
    () => journal.append('run', 0.5, ['a']),
    () => journal.append('run', Number.NaN, ['a']),
    () => journal.append('run', '0' as never, ['a']),
    () => journal.append('run', undefined as never, ['a']),
    () => journal.append('run', 0, 'a' as never),
    () => journal.append('run', 0, undefined as never),
    () => journal.append('run', 0, [1] as never),
    () => journal.append('run', 0, ['a', undefined] as never),
    () => journal.append('run', 0, new Array(1)),
  ]);

  argumentClause(clause, 'refuses options that are none', ({ journal, records }) => [
    () => journal.read('run', { after: -1 }),
    () => journal.read('run', { limit: 0 }),
    () => journal.read('run', { limit: 1.5 }),
    () => journal.read('run', { from: 1 } as never),
    () => journal.list({ limit: 0 }),
    () => journal.list({ prefix: 1 } as never),
    () => journal.list({ first: 'a' } as never),
    () => records.list({ limit: Number.NaN }),
    () => records.list({ after: '\ud800' }),
    () => records.list({ first: 'a' } as never),
    () => records.create('run', 'a', { ttl: 1 } as never),
    () => records.create('run', 1 as never),
    () => records.update('run', 'a', '1' as never),
    () => records.delete('run', 0.5),
    () => journal.truncate('run', 1, undefined as never),
    () => journal.delete('run', '0' as never),
  ]);
}

function argumentClause(
  clause: DeclareStoreClause,
  name: string,
  callsOf: (bench: StoreBench) => readonly (() => Promise<unknown>)[],
): void {
  clause(name, async (bench) => {
    for (const [place, call] of callsOf(bench).entries()) {
      await bench.refuses(call, 'INVALID_OPTIONS', `call ${place + 1}`);
    }
    claimSame([await bench.streams(), await bench.keys()], [[], []], 'what was stored');
  });
}
