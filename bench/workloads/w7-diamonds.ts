import type { Workload } from '../harness/types.ts';
import { limitSide, oursSide } from './graph-sides.ts';
import { diamond } from './graphs.ts';

/** Runs of 1 → 3 → 1 steps, 100 runs at a time. Size: runs. */
export const w7Diamonds: Workload = {
  id: 'W7-diamonds',
  title: '1,000 runs of a 5-step diamond, 100 at a time',
  unit: 'run',
  goal: 2.5,
  size: 1_000,
  smokeSize: 200,
  ops: (size) => size,
  limit: (size) => limitSide(diamond, { runs: size, lanes: 100 }),
  ours: (size) => oursSide(diamond, { runs: size, lanes: 100 }),
};
