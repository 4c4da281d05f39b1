import { describe, expect, it } from 'vitest';
import { readSource } from '../../../examples/review-team/read/source.ts';

const bareNames = (text: string, path = 'a.ts'): string[] =>
  readSource(path, text).bare.map(({ name }) => name);

describe('exports without documentation', () => {
  it('are found for every kind of declaration', () => {
    const text = `
export function f() {}
export class C {}
export interface I {}
export type T = 1;
export enum E { A }
export const a = 1, { b, c: [d] } = x;
export default function () {}
`;
    expect(bareNames(text)).toEqual(['f', 'C', 'I', 'T', 'E', 'a', 'b', 'd', 'default']);
    expect(readSource('a.ts', text).bare[1]).toEqual({ name: 'C', line: 3 });
  });

  it('are not those with a documentation comment, but an ordinary comment is none', () => {
    expect(
      bareNames('/** Adds. */\nexport const add = 1;\n// no\nexport const b = 1;\n/**/ export let c;'),
    ).toEqual(['b', 'c']);
  });

  it('are found behind a list of names and a default, and not when nobody exports them', () => {
    expect(bareNames('const a = 1;\n/** B. */\nconst b = 2;\nconst c = 3;\nexport { a as x, b };')).toEqual([
      'a',
    ]);
    expect(bareNames('class Tool {}\nexport default Tool;')).toEqual(['Tool']);
    expect(bareNames('export default { port: 80 };')).toEqual([]);
  });

  it('are not what another module declares', () => {
    expect(
      bareNames(
        "export * from './b.ts';\nexport { c } from './c.ts';\nimport { d } from 'd';\nexport { d };",
      ),
    ).toEqual([]);
  });

  it('are not overloads and merged declarations of which one is documented', () => {
    expect(
      bareNames(
        '/** One. */\nexport function f(a: 1): 1;\nexport function f(a: 2): 2;\nexport function f(a: any) {}',
      ),
    ).toEqual([]);
  });
});

describe('function shapes', () => {
  const lines = (count: number): string => Array.from({ length: count }, (_, n) => `  use(${n});\n`).join('');

  it('count the lines of a function without those of functions inside it', () => {
    const inner = `  const inner = () => {\n${lines(50)}  };\n`;
    const { functions } = readSource('a.ts', `function outer() {\n${lines(60)}${inner}}\n`);

    expect(functions).toEqual([
      { line: 1, name: 'outer', lines: 63, depth: 0 },
      { line: 62, name: 'inner', lines: 52, depth: 0 },
    ]);
  });

  it('count how deep control statements nest, and `else if` as one level', () => {
    const { functions } = readSource(
      'a.js',
      `class A { run() { for (;;) { while (x) { if (a) {} else if (b) {} else if (c) { try { switch (d) {} } catch {} } } } } }`,
    );

    expect(functions).toEqual([{ line: 1, name: 'run', lines: 1, depth: 5 }]);
  });

  it('name a function after what it is given to', () => {
    const { functions } = readSource(
      'a.ts',
      `on(() => {\n${lines(40)}});\nconst o = { key: function () {\n${lines(40)}} };`,
    );

    expect(functions.map(({ name }) => name)).toEqual(['a function passed to on', 'key']);
  });

  it('survive an expression that nests deeper than the stack', () => {
    const sum = Array.from({ length: 30_000 }, (_, n) => `'${n}'`).join(' +\n');

    expect(readSource('a.ts', `export const sum = ${sum};`).bare).toHaveLength(1);
  });
});

describe('marks in source', () => {
  it('are found in comments of every form and place', () => {
    const { marks } = readSource(
      'a.tsx',
      `// TODO: one
/* FIXME(ada) two */
/**
 * TODO three
 */
call(1, /* TODO: four */ 2); // FIXME five
const x = { // TODO six
};
`,
    );

    expect(marks).toEqual([
      { line: 1, tag: 'TODO', text: 'one' },
      { line: 2, tag: 'FIXME', text: 'two' },
      { line: 4, tag: 'TODO', text: 'three' },
      { line: 6, tag: 'TODO', text: 'four' },
      { line: 6, tag: 'FIXME', text: 'five' },
      { line: 7, tag: 'TODO', text: 'six' },
    ]);
  });

  it('are not words in strings, templates, expressions, markup and names', () => {
    const text = [
      "const a = '// TODO: no';",
      'const b = `\n// TODO: no\n`;',
      'const c = /TODO: no/;',
      'const TODO = <p>// TODO: no</p>;',
      'const d = [TODO];',
    ].join('\n');

    expect(readSource('a.tsx', text).marks).toEqual([]);
  });

  it('are not sentences about marks', () => {
    const text = [
      '// Finds TODO: and FIXME:',
      '// TODO/FIXME only in comments',
      '// TODO and FIXME',
      '// TODO comments',
    ];

    expect(readSource('a.ts', text.join('\n')).marks).toEqual([]);
  });
});
