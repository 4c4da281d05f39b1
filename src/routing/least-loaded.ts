import type { Candidate } from '../agents/index.ts';
import type { RoutingStrategy } from './strategy.ts';
import { Turns } from './turns.ts';

const made = new WeakSet<RoutingStrategy>();

/** True for what {@link leastLoaded} made: the candidates know its answer. False for whatever wraps it. */
export function isLeastLoaded(strategy: RoutingStrategy): boolean {
  return made.has(strategy);
}

/**
 * The agent with the smallest share of its slots in use.
 *
 * Equals take turns. The cost of a choice does not grow with the number of agents. Where a strategy of one's own asks
 * this one, it looks at the candidates one by one, up to the first that is idle.
 */
export function leastLoaded(): RoutingStrategy {
  const turns = new Turns();
  const strategy = Object.freeze({
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
  made.add(strategy);
  return strategy;
}
