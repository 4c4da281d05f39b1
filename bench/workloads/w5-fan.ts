import type { Workload } from '../harness/types.ts';
import { limitSide, oursSide, repeatFor } from './graph-sides.ts';
import { fan } from './graphs.ts';

/** One step, many after it, one after all of them that reads every output. Size: steps in the middle. */
export const w5Fan: Workload = {
  id: 'W5-fan',
  title: '1 → 1,000 → 1 steps',
  unit: 'step',
  goal: 2.5,
  size: 1_000,
  smokeSize: 100,
  ops: (size) => (size + 2) * repeatFor(fan(size)).runs,
  limit: (size) => limitSide(fan(size), repeatFor(fan(size))),
  ours: (size) => oursSide(fan(size), repeatFor(fan(size))),
};
