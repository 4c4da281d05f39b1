/** p-queue: one queue with a concurrency of 100 and a priority for each task; no timeout, no interval. */
import PQueue from 'p-queue';
import { concurrency, queueSide, sumOf } from './harness/queue-side.ts';
import type { PeerSides } from './harness/types.ts';

export const sides: PeerSides = {
  W8: (size) =>
    queueSide(size, 'by priority', (handler, priority) => {
      const queue = new PQueue({ concurrency });
      return () => sumOf(size, (i) => queue.add(() => handler(i), { priority: priority[i]! }));
    }),
};
