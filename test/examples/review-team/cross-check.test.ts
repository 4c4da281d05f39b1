import { describe, expect, it } from 'vitest';
import { crossCheck } from '../../../examples/review-team/cross-check.ts';
import type { CheckResult, Finding } from '../../../examples/review-team/facts.ts';
import { byRank, lookFirst } from '../../../examples/review-team/rank.ts';
import { Shelf } from '../../../examples/review-team/shelf.ts';

const finding = (path: string, line: number, more: Partial<Finding> = {}): Finding => ({
  kind: 'mark',
  severity: 'low',
  path,
  line,
  message: 'TODO: x',
  weight: 1,
  ...more,
});

const result = (...findings: readonly Finding[]): CheckResult => ({ findings, totals: {}, remarks: [] });

function shelfOf(...paths: readonly string[]): Shelf {
  const shelf = new Shelf();
  for (const path of paths) shelf.add({ kind: 'data', path, size: 1, changedAt: 5 });
  return shelf;
}

describe('crossCheck', () => {
  it('drops findings about files that changed or went since they were read', async () => {
    const times: Record<string, number> = { 'a.ts': 5, 'b.ts': 6 };
    const results = [result(finding('a.ts', 1), finding('b.ts', 1)), result(finding('c.ts', 1))];

    const checked = await crossCheck(results, shelfOf('a.ts', 'b.ts', 'c.ts'), async (path) => times[path]);

    expect(checked.findings).toEqual([finding('a.ts', 1)]);
    expect(checked.remarks).toEqual(['2 findings left out: the file changed during the review']);
  });

  it('keeps what is said about a file that nobody could read', async () => {
    const shelf = new Shelf();
    shelf.add({ kind: 'unread', path: 'a.ts', size: 0, changedAt: 0, problem: 'no permission' });

    const checked = await crossCheck(
      [result(finding('a.ts', 0, { kind: 'unread' }))],
      shelf,
      async () => undefined,
    );

    expect(checked.findings).toHaveLength(1);
  });

  it('tells a finding in a copied passage once, at the original', async () => {
    const copied = finding('a.ts', 10, {
      kind: 'duplicate',
      message: '11 lines',
      endLine: 20,
      also: [{ path: 'b.ts', line: 110, endLine: 120 }],
    });
    const results = [result(copied), result(finding('a.ts', 12), finding('b.ts', 112), finding('b.ts', 130))];

    const { findings, remarks } = await crossCheck(results, shelfOf('a.ts', 'b.ts'), async () => 5);

    expect(remarks).toEqual(['1 finding in copied passages told at the original']);
    expect(findings).toEqual([
      copied,
      finding('a.ts', 12, { also: [{ path: 'b.ts', line: 112, endLine: 112 }] }),
      finding('b.ts', 130),
    ]);
  });

  it('follows a copy of a copy to the first original', async () => {
    const copy = (from: string, to: string): Finding =>
      finding(from, 1, {
        kind: 'duplicate',
        message: `of ${to}`,
        endLine: 20,
        also: [{ path: to, line: 1, endLine: 20 }],
      });
    const results = [result(copy('a.ts', 'b.ts'), copy('b.ts', 'c.ts'))];
    const marks = result(finding('c.ts', 3), finding('b.ts', 3), finding('a.ts', 3));

    const { findings } = await crossCheck(
      [...results, marks],
      shelfOf('a.ts', 'b.ts', 'c.ts'),
      async () => 5,
    );

    expect(findings.filter(({ kind }) => kind === 'mark')).toEqual([
      finding('a.ts', 3, {
        also: [expect.objectContaining({ path: 'b.ts' }), expect.objectContaining({ path: 'c.ts' })],
      }),
    ]);
  });
});

describe('crossCheck of totals', () => {
  it('adds up what the checks counted and passes on what they remarked', async () => {
    const one: CheckResult = { findings: [], totals: { long: 2, deep: 1 }, remarks: ['a'] };
    const two: CheckResult = { findings: [], totals: { long: 3 }, remarks: ['b'] };

    expect(await crossCheck([one, two], new Shelf(), async () => 5)).toEqual({
      findings: [],
      totals: { long: 5, deep: 1 },
      remarks: ['a', 'b'],
    });
  });
});

describe('byRank', () => {
  it('orders by severity, tests a level lower, then weight, then place', () => {
    const ranked = [
      finding('b.ts', 1),
      finding('a.ts', 9),
      finding('a.ts', 2),
      finding('z.ts', 1, { weight: 7 }),
      finding('test/a.ts', 1, { severity: 'medium', weight: 3 }),
      finding('y.ts', 1, { severity: 'high' }),
    ].sort(byRank);

    expect(ranked.map(({ path, line }) => `${path}:${line}`)).toEqual([
      'y.ts:1',
      'z.ts:1',
      'test/a.ts:1',
      'a.ts:2',
      'a.ts:9',
      'b.ts:1',
    ]);
  });
});

describe('lookFirst', () => {
  it('takes the highest findings, but no more than a third of one kind', () => {
    const ranked = [1, 2, 3, 4].map((line) => finding('a.ts', line));
    const others = [finding('b.ts', 1, { kind: 'long' }), finding('b.ts', 2, { kind: 'deep' })];

    expect(lookFirst([...ranked, ...others], 6).map(({ path, line }) => `${path}:${line}`)).toEqual([
      'a.ts:1',
      'a.ts:2',
      'b.ts:1',
      'b.ts:2',
    ]);
  });
});
