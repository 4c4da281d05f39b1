import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesTopic, TopicTable } from '../../src/messaging/topics.ts';

/** The law, part by part: `*` is any one part, a last `>` is one or more, everything else is itself. */
function follows(pattern: readonly string[], topic: readonly string[]): boolean {
  const [wanted, ...morePattern] = pattern;
  const [part, ...moreTopic] = topic;
  if (wanted === undefined || part === undefined) return wanted === part;
  if (wanted === '>' && morePattern.length === 0) return true;
  return (wanted === '*' || wanted === part) && follows(morePattern, moreTopic);
}

const part = fc.constantFrom('a', 'b', 'c', 'constructor');
const topic = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const pattern = fc
  .tuple(fc.array(fc.oneof(part, fc.constant('*')), { maxLength: 4 }), fc.boolean())
  .map(([parts, open]) => (open || parts.length === 0 ? [...parts, '>'] : parts).join('.'));

describe('a pattern', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'a.b', false],
    ['a.b', 'a', false],
    ['*', 'a', true],
    ['*', 'a.b', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a', false],
    ['a.*', 'a.b.c', false],
    ['*.b', 'a.b', true],
    ['>', 'a', true],
    ['>', 'a.b.c', true],
    ['a.>', 'a.b', true],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['a.*.>', 'a.b', false],
    ['a.*.>', 'a.b.c', true],
  ])('%s meets %s: %o', (wanted, name, met) => {
    expect(matchesTopic(wanted, name)).toBe(met);
  });

  it('meets exactly the topics that follow it part by part', () => {
    fc.assert(
      fc.property(pattern, topic, (wanted, name) => {
        expect(matchesTopic(wanted, name)).toBe(follows(wanted.split('.'), name.split('.')));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is matched in a time that does not explode with its wildcards', () => {
    const [wanted, name] = [`${'*.'.repeat(60)}z`, `${'a.'.repeat(60)}a`];
    const table = new TopicTable<number>();
    table.add(wanted, 1);
    const startedAt = performance.now();
    for (let round = 0; round < 100; round++) expect(matchesTopic(wanted, name)).toBe(false);
    expect(table.match(name)).toEqual([]);

    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('a table of patterns', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), pattern }),
    fc.record({ kind: fc.constant('end' as const), at: fc.nat() }),
    fc.record({ kind: fc.constant('match' as const), topic }),
  );

  it('finds what a look at every pattern finds, in the order of filing, whatever came and went', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const table = new TopicTable<number>();
        let model: { pattern: string; value: number }[] = [];
        const ends: { value: number; end: () => void }[] = [];
        for (const move of steps) {
          if (move.kind === 'add') {
            const value = ends.length;
            ends.push({ value, end: table.add(move.pattern, value) });
            model.push({ pattern: move.pattern, value });
          } else if (move.kind === 'end' && ends.length > 0) {
            const { value, end } = ends[move.at % ends.length] as (typeof ends)[number];
            end();
            model = model.filter((entry) => entry.value !== value);
          } else if (move.kind === 'match') {
            const wanted = model.filter((entry) => matchesTopic(entry.pattern, move.topic));
            expect(table.match(move.topic)).toEqual(wanted.map(({ value }) => value));
          }
          expect(table.size).toBe(model.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does not change an answer that it has given', () => {
    const table = new TopicTable<number>();
    const end = table.add('a', 1);
    const before = table.match('a');
    end();
    table.add('a', 2);

    expect({ before, after: table.match('a') }).toEqual({ before: [1], after: [2] });
  });

  it('stays right for more topics than it keeps ready', () => {
    const table = new TopicTable<number>();
    table.add('t.*', 1);
    for (let index = 0; index < 10_000; index++) expect(table.match(`t.${index}`)).toHaveLength(1);
    table.add('t.7', 2);

    expect([table.match('t.7'), table.match('t.8'), table.match('u.7')]).toEqual([[1, 2], [1], []]);
  });
});
