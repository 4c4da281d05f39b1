/** fastq: its queue of promises with a concurrency of 100. It has no priorities: tasks start by age. */
import fastq from 'fastq';
import { concurrency, queueSide, sumOf } from './harness/queue-side.ts';
import type { PeerSides } from './harness/types.ts';

export const sides: PeerSides = {
  W8: (size) =>
    queueSide(size, 'by age', (handler) => {
      const queue = fastq.promise<unknown, number, number>(handler, concurrency);
      return () => sumOf(size, (i) => queue.push(i));
    }),
};
