import type { Workload } from '../harness/types.ts';
import { limitSide, oursSide, repeatFor } from './graph-sides.ts';
import { chain } from './graphs.ts';

/** Steps one after the other; each is an async function that gets the output of the one before. Size: steps. */
export const w4Chain: Workload = {
  id: 'W4-chain',
  title: 'chain of 1,000 steps',
  unit: 'step',
  goal: 3,
  size: 1_000,
  smokeSize: 100,
  growth: [1_000, 10_000, 100_000],
  ops: (size) => size * repeatFor(chain(size)).runs,
  limit: (size) => limitSide(chain(size), repeatFor(chain(size))),
  ours: (size) => oursSide(chain(size), repeatFor(chain(size))),
};
