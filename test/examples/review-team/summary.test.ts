import { describe, expect, it } from 'vitest';
import { toReview } from '../../../examples/review-team/report/review.ts';
import { loadModel, summaryPrompt } from '../../../examples/review-team/summary.ts';

describe('loadModel', () => {
  it.each([undefined, '', 'openai', 'no-such-provider:model', '../../x:y'])(
    'gives nothing for %j',
    async (spec) => {
      expect(await loadModel(spec)).toBeUndefined();
    },
  );
});

describe('summaryPrompt', () => {
  it('gives the numbers and the first findings, and no more than thirty', () => {
    const findings = Array.from({ length: 50 }, (_, line) => {
      return { kind: 'long', severity: 'low', path: 'a.ts', line, message: 'long', weight: 1 } as const;
    });
    const counts = { files: 7, bytes: 1, lines: 1, uncompared: 0 };

    const prompt = summaryPrompt(toReview('/repo', counts, { findings, totals: { long: 50 }, remarks: [] }));

    expect(prompt).toContain('Long functions: 50');
    expect(prompt.match(/a\.ts:\d+/g)).toHaveLength(30);
  });
});
