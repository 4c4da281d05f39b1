import { expectEqual, random } from '../../harness/check.ts';
import type { Call } from './call-sides.ts';
import type { PeerSide } from './types.ts';

export const concurrency = 100;
/** Priorities are whole numbers from 0 up to this one; the highest number runs first. */
export const topPriority = 9;

/** In which order tasks that wait should start. */
export type Order = 'by priority' | 'by age';

/** Submits every task from 0 to size - 1 at once, and returns the sum of their results. */
export type RunAll = () => Promise<number>;

function checkOrder(started: Uint32Array, priority: readonly number[], order: Order): void {
  // The first ones start at once, whatever their priority.
  for (let i = concurrency + 1; i < started.length; i += 1) {
    const before = started[i - 1]!;
    const after = started[i]!;
    const drop = order === 'by age' ? 0 : priority[before]! - priority[after]!;
    if (drop < 0 || (drop === 0 && before > after)) throw new Error(`task ${after} started after ${before}`);
  }
}

/** W8: so many tasks with ten priorities in random order, 100 of them at a time. */
export function queueSide(
  size: number,
  order: Order,
  open: (handler: Call, priority: readonly number[]) => RunAll,
): PeerSide {
  const next = random(3);
  const priority = Array.from({ length: size }, () => Math.floor(next() * (topPriority + 1)));
  const started = new Uint32Array(size);
  let count = 0;
  let sum = 0;
  const runAll = open(async (x) => {
    started[count++] = x;
    return x + 1;
  }, priority);
  return {
    async batch() {
      count = 0;
      sum = await runAll();
    },
    check() {
      expectEqual('tasks started', count, size);
      expectEqual('sum', sum, (size * (size + 1)) / 2);
      checkOrder(started, priority, order);
    },
  };
}

/** Submits the tasks one by one, then adds up their results. */
export async function sumOf(size: number, submit: Call): Promise<number> {
  const results: Promise<number>[] = [];
  for (let i = 0; i < size; i += 1) results.push(submit(i));
  let sum = 0;
  for (const result of results) sum += await result;
  return sum;
}
