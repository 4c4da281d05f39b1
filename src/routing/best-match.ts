import { type Candidate, matchScore } from '../agents/index.ts';
import type { RoutingStrategy } from './strategy.ts';

/**
 * The agent with the highest `performance × availability`, where availability is the free share of its slots.
 *
 * Performance follows how an agent's recent attempts ended, so one that fails gets less until it does better; a
 * new one counts as good. Ties go to the agent that was registered first. Looks at every candidate.
 */
export function bestMatch(): RoutingStrategy {
  return Object.freeze({
    name: 'best-match',
    choose: (_request, candidates) => {
      let best: Candidate | undefined;
      let bestScore = -1;
      for (const candidate of candidates) {
        const score = matchScore(candidate);
        if (candidate.available && score > bestScore) {
          best = candidate;
          bestScore = score;
        }
      }
      return best;
    },
  } satisfies RoutingStrategy);
}
