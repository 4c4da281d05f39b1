import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timeline } from '../../../examples/review-team/timeline.ts';

describe('Timeline', () => {
  it('shows who worked when, and when attempts failed', () => {
    const timeline = new Timeline(1_000);
    timeline.work('ada', 1_000, 1_004);
    timeline.work('bob', 1_002, 1_003);
    timeline.fail('bob', 1_003);

    expect(timeline.lanes()).toEqual([
      {
        agent: 'ada',
        bars: [
          { from: 0, to: 4, load: 1 },
          { from: 4, to: 5, load: 0.25 },
        ],
        failures: [],
      },
      { agent: 'bob', bars: expect.arrayContaining([{ from: 2, to: 3, load: 1 }]), failures: [3.5] },
    ]);
  });

  it('shows work that took no time at all', () => {
    const timeline = new Timeline(0);
    timeline.work('ada', 5, 5);

    expect(timeline.lanes()[0]?.bars).toEqual([{ from: 5, to: 6, load: 0.25 }]);
  });

  it('keeps a lane small however long the run is, and covers all work', () => {
    const span = fc.tuple(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 1, max: 100_000 }));
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 30 }), (spans) => {
        const timeline = new Timeline(0);
        for (const [from, length] of spans) timeline.work('ada', from, from + length);
        const bars = timeline.lanes()[0]?.bars ?? [];

        expect(bars.length).toBeLessThanOrEqual(240);
        for (const [from, length] of spans) {
          const middle = from + length / 2;
          expect(bars.some((bar) => bar.from <= middle && middle <= bar.to && bar.load > 0)).toBe(true);
        }
      }),
    );
  });
});
