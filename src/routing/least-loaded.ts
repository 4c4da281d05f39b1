import type { Candidate } from '../agents/index.ts';
import type { RoutingStrategy } from './strategy.ts';

/**
 * The agent with the smallest share of its slots in use.
 *
 * Looks from a place that moves on with every choice, so equals take turns, and stops at the first idle agent,
 * so that the cost does not grow with the number of agents as long as one of them is idle.
 */
export function leastLoaded(): RoutingStrategy {
  let start = 0;
  return Object.freeze({
    name: 'least-loaded',
    choose: (_request, candidates) => {
      const size = candidates.length;
      let best: Candidate | undefined;
      let bestLoad = Number.POSITIVE_INFINITY;
      let index = start < size ? start : 0;
      start = index + 1;
      for (let seen = 0; seen < size; seen++) {
        const candidate = candidates[index] as Candidate;
        if (candidate.activeTasks === 0 && candidate.available) {
          start = index + 1;
          return candidate;
        }
        if (candidate.available && candidate.load < bestLoad) {
          best = candidate;
          bestLoad = candidate.load;
        }
        if (++index === size) index = 0;
      }
      return best;
    },
  } satisfies RoutingStrategy);
}
