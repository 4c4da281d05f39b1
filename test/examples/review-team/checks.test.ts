import { describe, expect, it } from 'vitest';
import { checkComplexity } from '../../../examples/review-team/checks/complexity.ts';
import { checkDocs } from '../../../examples/review-team/checks/docs.ts';
import { checkLinks, existsIn } from '../../../examples/review-team/checks/links.ts';
import { toResult } from '../../../examples/review-team/checks/result.ts';
import { checkTidiness } from '../../../examples/review-team/checks/tidiness.ts';
import {
  type CheckResult,
  type FileFacts,
  type Finding,
  MAX_FINDINGS,
} from '../../../examples/review-team/facts.ts';
import { factsOf } from '../../../examples/review-team/read/file.ts';
import { Shelf } from '../../../examples/review-team/shelf.ts';
import { makeFolder } from './folder.ts';

function shelfOf(files: Readonly<Record<string, string>>, ...others: readonly FileFacts[]): Shelf {
  const shelf = new Shelf();
  for (const [path, text] of Object.entries(files))
    shelf.add(factsOf({ path, size: text.length, changedAt: 0 }, text));
  for (const facts of others) shelf.add(facts);
  return shelf;
}

const messages = ({ findings }: CheckResult): string[] =>
  findings.map(({ path, line, message }) => `${path}:${line} ${message}`);

describe('checkLinks', () => {
  it('finds links that lead nowhere and headings that do not exist', async () => {
    const files = {
      'README.md':
        '# Top\n[a](docs/a.md) [b](docs/b.md)\n[c](docs/a.md#there) [d](docs/a.md#gone) [e](#top) [f](#nope)\n',
      'docs/a.md':
        '# There\n[up](../README.md#Top) [dir](..) [img](<my pic.png>) [enc](my%20pic.png?raw=1)\n',
      'docs/my pic.png': '',
    };
    const folder = await makeFolder(files);

    expect(messages(await checkLinks(shelfOf(files), existsIn(folder)))).toEqual([
      'README.md:2 docs/b.md does not exist',
      'README.md:3 no heading #gone in docs/a.md',
      'README.md:3 no heading #nope in this file',
    ]);
  });

  it('tells when only the ending is missing', async () => {
    const files = { 'README.md': '[a](docs/a)', 'docs/a.md': '' };
    const folder = await makeFolder(files);

    expect(messages(await checkLinks(shelfOf(files), existsIn(folder)))).toEqual([
      'README.md:1 docs/a does not exist; docs/a.md does',
    ]);
  });

  it('does not judge links out of the folder, from the root of a site, or into other files', async () => {
    const files = {
      'README.md': '[a](../../issues) [b](/guide) [c](x.ts#L10) [d](%E0%A4%A)',
      'x.ts': '',
      '%E0%A4%A': '',
    };
    const folder = await makeFolder(files);

    expect(messages(await checkLinks(shelfOf(files), existsIn(folder)))).toEqual([]);
  });
});

describe('checkDocs', () => {
  it('tells one finding a file, and leaves out tests, tool configuration and declared JavaScript', () => {
    const bare = 'export const one = 1;\nexport const two = 2;';
    const shelf = shelfOf({
      'src/a.ts': bare,
      'test/a.ts': bare,
      'src/a.test.ts': bare,
      'vitest.config.ts': bare,
      'lib/b.js': bare,
      'lib/b.d.ts': '/** One. */ export declare const one: 1;',
      'lib/c.mjs': bare,
    });

    expect(messages(checkDocs(shelf))).toEqual([
      'lib/c.mjs:1 2 exports without documentation: one, two',
      'src/a.ts:1 2 exports without documentation: one, two',
    ]);
  });
});

describe('checkComplexity', () => {
  it('judges functions by their own lines and their depth', () => {
    const long = `function long() {\n${'  use();\n'.repeat(70)}}\n`;
    const deep = 'function deep() { if (a) for (;;) while (b) try { do { if (c) {} } while (d) } catch {} }';

    expect(
      messages(checkComplexity(shelfOf({ 'a.ts': long, 'b.ts': deep, 'c.ts': 'function fine() {}' }))),
    ).toEqual(['a.ts:1 long has 72 lines of its own', 'b.ts:1 deep nests 6 levels deep']);
  });
});

describe('checkTidiness', () => {
  it('gathers marks, large and binary files, and files nobody could read', () => {
    const shelf = shelfOf(
      { 'a.ts': '// TODO: tidy\n// FIXME: soon' },
      { kind: 'large', path: 'big.txt', size: 3_000_000, changedAt: 0 },
      { kind: 'binary', path: 'pic.png', size: 100, changedAt: 0 },
      { kind: 'unread', path: 'secret', size: 0, changedAt: 0, problem: 'no permission' },
    );

    expect(messages(checkTidiness(shelf))).toEqual([
      'secret:0 not read: no permission',
      'a.ts:2 FIXME: soon',
      'big.txt:0 2.9 MB of text, too large to read whole',
      'pic.png:0 binary, 100 bytes',
      'a.ts:1 TODO: tidy',
    ]);
  });
});

describe('toResult', () => {
  it('keeps the weightiest findings of each kind and counts the others', () => {
    const findings = Array.from({ length: MAX_FINDINGS + 5 }, (_, weight): Finding => {
      return { kind: 'long', severity: 'low', path: 'a.ts', line: weight, message: 'long', weight };
    });

    const result = toResult([
      ...findings,
      { kind: 'deep', severity: 'low', path: 'a.ts', line: 1, message: '', weight: 1 },
    ]);

    expect(result.totals).toEqual({ long: MAX_FINDINGS + 5, deep: 1 });
    expect(result.findings).toHaveLength(MAX_FINDINGS + 1);
    expect(result.findings[0]?.weight).toBe(MAX_FINDINGS + 4);
  });
});
