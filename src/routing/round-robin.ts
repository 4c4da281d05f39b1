import type { Candidate } from '../agents/index.ts';
import type { RoutingStrategy } from './strategy.ts';

/** One after the other, in the order of registration; those without a free slot are passed over. */
export function roundRobin(): RoutingStrategy {
  // Each list of candidates has a turn of its own: what one capability is asked does not shift another's.
  const turns = new WeakMap<readonly Candidate[], number>();
  return Object.freeze({
    name: 'round-robin',
    choose: (_request, candidates) => {
      const last = turns.get(candidates) ?? -1;
      for (let step = 1; step <= candidates.length; step++) {
        const index = (last + step) % candidates.length;
        const candidate = candidates[index];
        if (candidate?.available) {
          turns.set(candidates, index);
          return candidate;
        }
      }
      return undefined;
    },
  } satisfies RoutingStrategy);
}
