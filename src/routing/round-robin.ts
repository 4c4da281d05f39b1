import type { RoutingStrategy } from './strategy.ts';
import { Turns } from './turns.ts';

/** One after the other, in the order of registration; those without a free slot are passed over. */
export function roundRobin(): RoutingStrategy {
  const turns = new Turns();
  return Object.freeze({
    name: 'round-robin',
    choose: (_request, candidates) => {
      const start = turns.of(candidates);
      for (let step = 0; step < candidates.length; step++) {
        const index = (start + step) % candidates.length;
        const candidate = candidates[index];
        if (candidate?.available) {
          turns.goOnAfter(index);
          return candidate;
        }
      }
      return undefined;
    },
  } satisfies RoutingStrategy);
}
