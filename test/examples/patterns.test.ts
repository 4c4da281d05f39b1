import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOLDER = 'examples/patterns';
/** They hold no examples. */
const OTHERS = ['main.ts', 'work.ts'];

/** A row of the table: `| 1 | Sequence | means | yes | how: [example](../examples/patterns/basic.ts) |`. */
const row =
  /^\| (?<number>\d+) \| (?<name>[^|]+) \| (?<means>[^|]+) \| (?<support>[^|]+) \| (?<how>[^|]+) \|$/gm;
const link = /: \[(?<example>\w+)\]\(\.\.\/examples\/patterns\/(?<file>[\w-]+\.ts)\)$/;
/** The docstring of an example says which pattern it shows. */
const docstring =
  /^\/\*\* WCP-(?<number>\d+) (?<name>[^:,]+).*\*\/\nexport async function (?<example>\w+)\(\): Promise<void> \{$/gm;

const rows = [...readFileSync('docs/patterns.md', 'utf8').matchAll(row)].map(({ groups }) => {
  const { number, name, means, support, how } = groups!;
  const { example, file } = link.exec(how!)?.groups ?? {};
  return { number: Number(number), name, means, support, how: how!, example, file };
});
const files = readdirSync(FOLDER).filter((file) => !OTHERS.includes(file));
const examples = files.flatMap((file) =>
  [...readFileSync(`${FOLDER}/${file}`, 'utf8').matchAll(docstring)].map(({ groups }) => {
    const { number, name, example } = groups!;
    return { number: Number(number), name, example: example!, file };
  }),
);

describe('the table of workflow patterns', () => {
  it('has a row for each of the 43', () => {
    const numbers = rows.map(({ number }) => number).sort((a, b) => a - b);

    expect(numbers).toEqual(Array.from({ length: 43 }, (_, i) => i + 1));
  });

  it('says yes or partly and names the example, or says no and why', () => {
    const unclear = rows.filter(({ support, how, example }) => {
      if (support === 'no') return !how.startsWith('because ');
      return (support !== 'yes' && support !== 'partly') || example === undefined;
    });

    expect(unclear).toEqual([]);
  });

  it('names each example that exists, and no other, with the number and the name of its pattern', () => {
    const named = rows.flatMap(({ number, name, example, file }) =>
      example === undefined ? [] : [{ number, name, example, file }],
    );
    const byNumber = (a: { readonly number: number }, b: { readonly number: number }) => a.number - b.number;

    expect(named.sort(byNumber)).toEqual(examples.sort(byNumber));
  });
});

describe('the example of a workflow pattern', () => {
  it.each(files)('is each function that %s exports', async (file) => {
    const documented = examples.filter((example) => example.file === file).map(({ example }) => example);

    expect(documented.sort()).toEqual(Object.keys(await modulesOf(file)).sort());
  });

  it.each(examples)('holds: $number $name', async ({ example, file }) => {
    await (await modulesOf(file))[example]!();
  });
});

function modulesOf(file: string): Promise<Record<string, () => Promise<void>>> {
  return import(`../../examples/patterns/${file.replace(/\.ts$/, '')}.ts`);
}
