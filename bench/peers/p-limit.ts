/** p-limit: one limit of 100 for all tasks. It has no priorities: tasks start by age. */
import pLimit from 'p-limit';
import { concurrency, queueSide, sumOf } from './harness/queue-side.ts';
import type { PeerSides } from './harness/types.ts';

export const sides: PeerSides = {
  W8: (size) =>
    queueSide(size, 'by age', (handler) => {
      const limit = pLimit(concurrency);
      return () => sumOf(size, (i) => limit(handler, i));
    }),
};
