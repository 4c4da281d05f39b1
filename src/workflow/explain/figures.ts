import type { BackoffSettings } from '../../resilience/index.ts';

/** Steps as numbers, those before each of them, and an order in which those come first. */
export interface StepGraph {
  readonly before: readonly (readonly number[])[];
  readonly order: readonly number[];
}

/** The graph of steps that were checked: every name is that of a step, and none waits for itself. */
export function graphOf(
  steps: readonly { readonly id: string; readonly after: readonly string[] }[],
): StepGraph {
  const index = new Map(steps.map(({ id }, step) => [id, step]));
  const before = steps.map(({ after }) => after.map((name) => index.get(name)!));
  const next: number[][] = steps.map(() => []);
  for (const [step, list] of before.entries()) for (const one of list) next[one]!.push(step);
  const waits = before.map((list) => list.length);
  const order = steps.flatMap(({ after }, step) => (after.length === 0 ? [step] : []));
  for (let taken = 0; taken < order.length; taken++) {
    for (const step of next[order[taken]!]!) if (--waits[step]! === 0) order.push(step);
  }
  return { before, order };
}

/** How many steps lie before each on the longest way to it. */
export function levelsOf({ before, order }: StepGraph): number[] {
  const levels: number[] = before.map(() => 0);
  for (const step of order) {
    let level = 0;
    for (const one of before[step]!) level = Math.max(level, levels[one]! + 1);
    levels[step] = level;
  }
  return levels;
}

/** The steps on the way that takes longest, and how long it is. Of ways that take as long, the one with more steps. */
export function longestPath(
  { before, order }: StepGraph,
  length: (step: number) => number,
): { readonly steps: readonly number[]; readonly length: number } {
  const ends: { readonly length: number; readonly count: number; readonly from: number }[] = [];
  const isLonger = (one: number, other: number): boolean => {
    if (other < 0) return true;
    const [a, b] = [ends[one]!, ends[other]!];
    return a.length > b.length || (a.length === b.length && a.count > b.count);
  };
  let last = -1;
  for (const step of order) {
    let from = -1;
    for (const one of before[step]!) if (isLonger(one, from)) from = one;
    const way = ends[from] ?? { length: 0, count: 0 };
    ends[step] = { length: way.length + length(step), count: way.count + 1, from };
    if (isLonger(step, last)) last = step;
  }
  const steps: number[] = [];
  for (let step = last; step >= 0; step = ends[step]!.from) steps.push(step);
  return { steps: steps.reverse(), length: ends[last]?.length ?? 0 };
}

/** All waits between so many attempts, each as long as it can be, in milliseconds. */
export function longestWaitsMs({ initial, factor, max }: BackoffSettings, attempts: number): number {
  const waits = attempts - 1;
  if (waits === 0 || initial === 0) return 0;
  if (initial >= max || factor === 1) return waits * Math.min(initial, max);
  // They grow as far as this one, and stay.
  const growing = Math.min(waits, Math.ceil(Math.log(max / initial) / Math.log(factor)));
  const grown = (initial * (factor ** growing - 1)) / (factor - 1);
  return grown + (waits - growing) * max;
}

/** Nothing, however often, is nothing. */
export function times(count: number, amount: number): number {
  return count === 0 || amount === 0 ? 0 : count * amount;
}

/** The longest that work can take on so many slots, of which none is left free while anything is ready. */
export function longestOnSlots(workMs: number, pathMs: number, steps: number, slots: number): number {
  return steps <= slots || workMs === pathMs ? pathMs : pathMs + (workMs - pathMs) / slots;
}

/** The size of the largest group. */
export function fullest(levels: readonly number[]): number {
  const counts: number[] = [];
  let most = 0;
  for (const level of levels) {
    counts[level] = (counts[level] ?? 0) + 1;
    most = Math.max(most, counts[level]);
  }
  return most;
}
