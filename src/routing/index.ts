export { bestMatch } from './best-match.ts';
export { leastLoaded } from './least-loaded.ts';
export { roundRobin } from './round-robin.ts';
export { Router, RoutingError, strategyRule } from './router.ts';
export type { RoutingRequest, RoutingStrategy } from './strategy.ts';
