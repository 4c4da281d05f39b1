import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chanceOf, SeededRandom } from '../../src/testing/random.ts';
import { Schedule } from '../../src/testing/simulation/schedule.ts';
import { smallest } from '../../src/testing/simulation/shrink.ts';

describe('the schedule of a simulation', () => {
  it('gives what is planned by time, then rank, then order, and never what was taken back', () => {
    const move = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), at: fc.nat(5), rank: fc.nat(2) }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('take' as const), until: fc.nat(6) }),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const schedule = new Schedule();
        const all: ReturnType<Schedule['add']>[] = [];
        let model: { at: number; rank: number; n: number }[] = [];
        for (const step of moves) {
          if (step.kind === 'add') {
            model.push({ at: step.at, rank: step.rank, n: all.length });
            all.push(schedule.add(step.at, step.rank, String(all.length), () => {}));
          } else if (step.kind === 'cancel' && all.length > 0) {
            const n = step.which % all.length;
            schedule.cancel(all[n]!);
            model = model.filter((item) => item.n !== n);
          } else if (step.kind === 'take') {
            model.sort((a, b) => a.at - b.at || a.rank - b.rank || a.n - b.n);
            const expected = model[0] !== undefined && model[0].at <= step.until ? model.shift() : undefined;
            expect(schedule.take(step.until)?.label).toBe(expected && String(expected.n));
          }
          expect(schedule.size).toBe(model.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('looking for the faults that matter', () => {
  it.each([
    [20, [3]],
    [20, [0, 19]],
    [33, [4, 5, 6, 30]],
    [1, [0]],
    [8, []],
  ])('finds in %d those without which it does not fail: %j', async (count, needed) => {
    const items = Array.from({ length: count }, (_, n) => n);
    const found = await smallest(items, 200, async (some) => needed.every((n) => some.includes(n)));

    expect(found).toEqual(needed);
  });

  it('ends with what it has when it has tried often enough', async () => {
    const items = Array.from({ length: 1_000 }, (_, n) => n);
    let tries = 0;
    const found = await smallest(items, 10, async (some) => {
      tries++;
      return some.includes(1) && some.includes(998);
    });

    expect(tries).toBe(11);
    expect(found).toEqual(expect.arrayContaining([1, 998]));
  });
});

describe('chance', () => {
  it('is spread evenly, and the same for the same seed and text', () => {
    const buckets = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 200; seed++) {
      for (let n = 0; n < 50; n++) buckets[Math.floor(10 * chanceOf(seed, `fault#${n}`))]!++;
    }

    expect(Math.min(...buckets)).toBeGreaterThan(900);
    expect(Math.max(...buckets)).toBeLessThan(1_100);
    expect(chanceOf(7, 'fault#1')).toBe(chanceOf(7, 'fault#1'));
  });

  it('gives two seeds different numbers', () => {
    const numbers = (seed: number) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 4 }, () => random.next());
    };

    expect(numbers(1)).toEqual(numbers(1));
    expect(numbers(1)).not.toEqual(numbers(2));
  });
});
