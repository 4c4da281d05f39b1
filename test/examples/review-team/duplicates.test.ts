import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkDuplicates,
  findPassages,
  type LinedFile,
} from '../../../examples/review-team/checks/duplicates.ts';
import { factsOf } from '../../../examples/review-team/read/file.ts';
import { Shelf } from '../../../examples/review-team/shelf.ts';

const file = (path: string, hashes: readonly number[]): LinedFile => ({
  path,
  hashes: Int32Array.from(hashes),
});
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('findPassages', () => {
  it('tells a passage once, as long as it goes on at both ends', async () => {
    const files = [
      file('a', [...range(1, 5), ...range(50, 70), 9]),
      file('b', [8, ...range(50, 70), ...range(90, 95)]),
    ];

    expect(await findPassages(files, 5)).toEqual([
      {
        lines: 20,
        places: [
          { path: 'a', line: 5, endLine: 24 },
          { path: 'b', line: 2, endLine: 21 },
        ],
      },
    ]);
  });

  it('gathers all copies of one passage', async () => {
    const files = ['a', 'b', 'c', 'd'].map((path, index) =>
      file(path, [100 + index, ...range(1, 9), 200 + index]),
    );

    const [passage, ...others] = await findPassages(files, 5);

    expect(others).toEqual([]);
    expect(passage?.places.map(({ path }) => path)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('finds a whole copy although its first lines stand in many files', async () => {
    const head = range(1, 13);
    const body = range(50, 80);
    const files = [file('a', [...head, 300]), file('b', [...head, ...body]), file('c', [...head, ...body])];

    const found = (await findPassages(files, 10)).map(
      ({ lines, places }) => `${lines} ${places.map((p) => p.path)}`,
    );

    expect(found.sort()).toEqual(['12 a,b,c', '42 b,c']);
  });

  it('passes over lines that say nothing and still tells the right lines', async () => {
    const files = [file('a', [1, 0, 2, 0, 0, 3, 4, 5]), file('b', [0, 0, 1, 2, 3, 4, 0, 5, 6])];

    expect((await findPassages(files, 5))[0]?.places).toEqual([
      { path: 'a', line: 1, endLine: 8 },
      { path: 'b', line: 3, endLine: 8 },
    ]);
  });

  it('does not find a passage in itself, however often it repeats one line', async () => {
    expect(await findPassages([file('a', [1, 1, 1, 1, 1, 1])], 4)).toEqual([]);
  });

  it('says only what is true, never the same pair twice, and misses no window that stood earlier', async () => {
    const lines = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.array(lines, { minLength: 1, maxLength: 4 }), async (contents) => {
        const files = contents.map((hashes, index) => file(`f${index}`, hashes));
        const passages = await findPassages(files, 3);
        const textOf = (path: string, line: number, endLine: number): string =>
          (contents[Number(path.slice(1))] ?? [])
            .slice(line - 1, endLine)
            .filter((hash) => hash !== 0)
            .join();

        const pairs = passages.flatMap(({ places: [first, ...copies] }) =>
          copies.map((copy) => ({ first: first ?? copy, copy })),
        );
        for (const { first, copy } of pairs) {
          expect(textOf(copy.path, copy.line, copy.endLine)).toBe(
            textOf(first.path, first.line, first.endLine),
          );
        }
        expect(new Set(pairs.map((pair) => JSON.stringify(pair))).size).toBe(pairs.length);
        for (const missed of windowsSeenEarlier(contents, 3)) {
          const isCovered = pairs.some(
            ({ copy }) =>
              copy.path === missed.path && copy.line <= missed.line && missed.endLine <= copy.endLine,
          );
          expect(isCovered, JSON.stringify({ contents, missed })).toBe(true);
        }
      }),
    );
  });
});

/** The slow way: every window whose first occurrence lies before it without overlap. */
function windowsSeenEarlier(contents: readonly (readonly number[])[], window: number) {
  const all = contents.flatMap((hashes, index) => {
    const lines = hashes.flatMap((hash, at) => (hash === 0 ? [] : [{ hash, line: at + 1 }]));
    return lines.slice(0, Math.max(0, lines.length - window + 1)).map((first, at) => ({
      path: `f${index}`,
      at,
      line: first.line,
      endLine: lines[at + window - 1]?.line ?? 0,
      text: lines
        .slice(at, at + window)
        .map(({ hash }) => hash)
        .join(),
    }));
  });
  return all.filter((one, index) => {
    const first = all.findIndex(({ text }) => text === one.text);
    const earlier = all[first];
    return earlier && first < index && (earlier.path !== one.path || earlier.at + window <= one.at);
  });
}

describe('checkDuplicates', () => {
  const prose = Array.from({ length: 6 }, (_, index) => `Sentence number ${index} of a text.`).join('\n');

  it('finds five lines of prose and ten of code, and never compares the two', async () => {
    const shelf = new Shelf();
    for (const path of ['a.md', 'b.md', 'c.ts', 'd.ts']) {
      shelf.add(
        factsOf({ path, size: 1, changedAt: 0 }, path.endsWith('.md') ? prose : prose.replace(/^/gm, '// ')),
      );
    }

    const { findings } = await checkDuplicates(shelf);

    expect(findings).toEqual([
      expect.objectContaining({
        kind: 'duplicate',
        path: 'a.md',
        line: 1,
        endLine: 6,
        also: [{ path: 'b.md', line: 1, endLine: 6 }],
      }),
    ]);
  });

  it('says how many files were too much to compare', async () => {
    const shelf = new Shelf(8);
    for (const path of ['a.md', 'b.md']) shelf.add(factsOf({ path, size: 1, changedAt: 0 }, prose));

    expect(await checkDuplicates(shelf)).toMatchObject({
      findings: [],
      remarks: ['1 file beyond the limit of lines not compared'],
    });
  });

  it('stops when its signal aborts', async () => {
    const lines = range(1, 120_000);

    await expect(findPassages([file('a', lines)], 5, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });
});
