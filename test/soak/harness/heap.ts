import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { turn } from './time.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/**
 * Bytes on the heap that something holds.
 *
 * @param rounds How often to collect: what a finalizer lets go is only free in the next.
 */
export async function heldBytes(rounds = 2): Promise<number> {
  for (let round = 0; round < rounds; round++) {
    await turn();
    collect();
  }
  return process.memoryUsage().heapUsed;
}

/** One measurement: so many operations done, so many bytes held. */
export interface HeapSample {
  readonly operations: number;
  readonly bytes: number;
}

/** How much is held more with each further operation: the slope of the line of least squares. */
export function bytesPerOperation(samples: readonly HeapSample[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = samples.map(({ operations }) => operations);
  const y = samples.map(({ bytes }) => bytes);
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, value, index) => sum + (value - meanX) * ((y[index] ?? 0) - meanY), 0);
  return covariance / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
}
