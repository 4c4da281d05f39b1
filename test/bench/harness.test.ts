import { describe, expect, it } from 'vitest';
import { measure } from '../../bench/harness/measure.ts';
import { choose, parseOptions } from '../../bench/harness/options.ts';
import { median, summarize } from '../../bench/harness/statistics.ts';
import { figure, table } from '../../bench/harness/table.ts';
import type { Round, Side } from '../../bench/harness/types.ts';

const round = (limit: number, ours: number): Round => ({
  limit: { mainUs: limit, processUs: limit },
  ours: { mainUs: ours, processUs: 2 * ours },
});

describe('the figures of a workload', () => {
  it('takes the middle value, or the mean of the two middle ones', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });

  it('takes ratios within a round, so that a slow round does not count', () => {
    const summary = summarize([round(1, 2), round(10, 30), round(1, 1.5)]);
    expect(summary).toEqual({
      limitUs: 1,
      oursUs: 2,
      ratio: 2,
      ratioMin: 1.5,
      ratioMax: 3,
      processRatio: 4,
    });
  });

  it('has no ratio when only the limit was measured', () => {
    expect(summarize([{ limit: { mainUs: 3, processUs: 3 } }])).toEqual({ limitUs: 3 });
  });
});

describe('measuring', () => {
  const plan = { rounds: 3, sampleMs: 0, warmupMs: 0 };

  it('runs both sides in turn and checks every batch', async () => {
    const calls: string[] = [];
    const side = (name: string): Side => ({
      batch: async () => void calls.push(name),
      check: () => void calls.push(`${name} checked`),
    });
    const rounds = await measure(side('limit'), side('ours'), 1, plan);
    expect(rounds).toHaveLength(3);
    expect(calls.slice(0, 4)).toEqual(['limit', 'limit checked', 'ours', 'ours checked']);
    expect(calls).toHaveLength((4 + 3) * 4);
  });

  it('fails when a result is wrong', async () => {
    const wrong: Side = {
      batch: async () => {},
      check: () => {
        throw new Error('wrong');
      },
    };
    await expect(measure(wrong, undefined, 1, plan)).rejects.toThrow('wrong');
  });
});

describe('the command line', () => {
  const all = [{ id: 'W1-request' }, { id: 'W1-ask' }, { id: 'W11-choice' }];

  it('chooses workloads by number or by name', () => {
    expect(choose(all, [])).toEqual(all);
    expect(choose(all, ['W1'])).toEqual([{ id: 'W1-request' }, { id: 'W1-ask' }]);
    expect(choose(all, ['W1-ask', 'W11'])).toEqual([{ id: 'W1-ask' }, { id: 'W11-choice' }]);
    expect(() => choose(all, ['W9'])).toThrow('no workload W9');
  });

  it('reads its options and refuses what makes no sense', () => {
    expect(parseOptions(['--only', 'W4,W6', '--rounds', '5'])).toMatchObject({
      only: ['W4', 'W6'],
      plan: { rounds: 5 },
      smoke: false,
      sides: 'both',
    });
    expect(parseOptions(['--help'])).toBe('help');
    expect(() => parseOptions(['--rounds', '0'])).toThrow(RangeError);
    expect(() => parseOptions(['--sides', 'neither'])).toThrow(RangeError);
    expect(() => parseOptions(['--fast'])).toThrow(TypeError);
  });
});

describe('the table', () => {
  it('shows three digits', () => {
    expect([0.00271, 1, 12.345, 12345.6, -250.4, undefined].map(figure)).toEqual([
      '0.00271',
      '1.00',
      '12.3',
      '12346',
      '-250',
      '–',
    ]);
  });

  it('lines its columns up', () => {
    expect(table(['a', 'ratio'], [['first', '1.0']])).toBe(
      ['| a     | ratio |', '| ----- | ----: |', '| first |   1.0 |'].join('\n'),
    );
  });
});
