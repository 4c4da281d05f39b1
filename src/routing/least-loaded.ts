import type { Candidate } from '../agents/index.ts';
import type { RoutingStrategy } from './strategy.ts';
import { Turns } from './turns.ts';

/**
 * The agent with the smallest share of its slots in use.
 *
 * Looks from a place that moves on with every choice, so equals take turns, and stops at the first idle agent,
 * so that the cost does not grow with the number of agents as long as one of them is idle.
 */
export function leastLoaded(): RoutingStrategy {
  const turns = new Turns();
  return Object.freeze({
    name: 'least-loaded',
    choose: (_request, candidates) => {
      const size = candidates.length;
      let index = turns.of(candidates);
      let best: Candidate | undefined;
      let bestIndex = index;
      for (let seen = 0; seen < size; seen++) {
        const candidate = candidates[index] as Candidate;
        if (candidate.available && (best === undefined || candidate.load < best.load)) {
          best = candidate;
          bestIndex = index;
          if (candidate.activeTasks === 0) break;
        }
        if (++index === size) index = 0;
      }
      turns.goOnAfter(bestIndex);
      return best;
    },
  } satisfies RoutingStrategy);
}
