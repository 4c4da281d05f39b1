import type { Workload } from '../harness/types.ts';
import { limitSide, oursSide, repeatFor } from './graph-sides.ts';
import { layers } from './graphs.ts';

/** Layers of 100 steps with three random dependencies each on the layer before. Size: steps. */
export const w6Layers: Workload = {
  id: 'W6-layers',
  title: 'layered random DAG, 10,000 steps, 3 dependencies each',
  unit: 'step',
  goal: 2,
  size: 10_000,
  smokeSize: 1_000,
  growth: [1_000, 10_000, 100_000],
  ops: (size) => size * repeatFor(layers(size)).runs,
  limit: (size) => limitSide(layers(size), repeatFor(layers(size))),
  ours: (size) => oursSide(layers(size), repeatFor(layers(size))),
};
