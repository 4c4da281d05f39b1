import type { Round } from './types.ts';

/** The middle value; the mean of the two middle ones for an even count. @throws RangeError without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError('median of nothing');
  return (lower + upper) / 2;
}

/** A workload's rounds in a few figures. Ratios are taken within a round, then the median of them. */
export interface Summary {
  readonly limitUs: number;
  readonly oursUs?: number;
  readonly ratio?: number;
  readonly ratioMin?: number;
  readonly ratioMax?: number;
  /** The same ratio for the processor time of all threads. */
  readonly processRatio?: number;
}

export function summarize(rounds: readonly Round[]): Summary {
  const limitUs = median(rounds.map((round) => round.limit.mainUs));
  const pairs = rounds.flatMap(({ limit, ours }) => (ours ? [{ limit, ours }] : []));
  if (pairs.length === 0) return { limitUs };
  const ratios = pairs.map(({ limit, ours }) => ours.mainUs / limit.mainUs);
  return {
    limitUs,
    oursUs: median(pairs.map(({ ours }) => ours.mainUs)),
    ratio: median(ratios),
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
    processRatio: median(pairs.map(({ limit, ours }) => ours.processUs / limit.processUs)),
  };
}
