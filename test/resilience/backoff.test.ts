import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs } from '../../src/resilience/policy.ts';

const settings = fc.record({
  initial: fc.double({ min: 0, max: 100_000, noNaN: true }),
  factor: fc.double({ min: 1, max: 100, noNaN: true }),
  max: fc.double({ min: 0, max: 2 ** 40, noNaN: true }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const failures = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000_000 }));
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('lies between the full wait less the jitter and the full wait, however many failures there were', () => {
  fc.assert(
    fc.property(settings, failures, chance, (backoff, count, random) => {
      const wait = backoffMs(backoff, count, () => random);
      const growth = backoff.factor ** (count - 1);
      const full = backoff.initial === 0 ? 0 : Math.min(backoff.max, backoff.initial * growth);
      expect(wait).toBeLessThanOrEqual(full);
      expect(wait).toBeGreaterThanOrEqual(full * (1 - backoff.jitter));
    }),
    { numRuns: 2_000, examples: [[{ initial: 0, factor: 2, max: 30_000, jitter: 0.5 }, 1_100, 0.5]] },
  );
});

it('grows by its factor up to its maximum where nothing is left to chance', () => {
  const backoff = { initial: 200, factor: 2, max: 30_000, jitter: 0 };
  const waits = Array.from({ length: 10 }, (_, n) => backoffMs(backoff, n + 1, () => 0.7));

  expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
});

it('never shrinks from one failure to the next at the same chance', () => {
  fc.assert(
    fc.property(settings, fc.integer({ min: 1, max: 2_000 }), chance, (backoff, count, random) => {
      const [wait, next] = [count, count + 1].map((n) => backoffMs(backoff, n, () => random)) as [
        number,
        number,
      ];
      expect(next).toBeGreaterThanOrEqual(wait * (1 - 1e-12));
    }),
    { numRuns: 1_000 },
  );
});
