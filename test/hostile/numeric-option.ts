import type { Bounds } from './number-values.ts';
import type { How } from './outcome.ts';
import type { World } from './world.ts';

/** An option that takes a number, a priority or a duration. */
export interface NumericOption {
  readonly position: string;
  readonly bounds: Bounds;
  readonly how: How;
  /** Passes the value, and does a little work under it when it is taken. */
  readonly call: (world: World, value: never) => unknown;
  /** Work under that time limit that never ends by itself, and stops with the signal. */
  readonly waits?: (world: World, value: never, signal: AbortSignal) => Promise<unknown>;
}
