/** Child process: measures what one thing keeps in memory and prints `{ bytes }`. */
import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { things } from '../memory/index.ts';
import { collect } from './measure.ts';

export interface MemoryJob {
  readonly id: string;
  readonly side: 'limit' | 'ours';
  readonly count: number;
}

export interface MemoryOutcome {
  readonly bytes?: number;
  readonly error?: string;
}

/** Bytes in use on the heap and in array buffers once all garbage is gone. */
async function bytesInUse(): Promise<number> {
  for (let pass = 0; pass < 3; pass += 1) {
    await nextTurn();
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function measureBytes({ id, side, count }: MemoryJob): Promise<MemoryOutcome> {
  const make = things.find((thing) => thing.id === id)?.[side];
  if (!make) throw new Error(`nothing to measure for ${id} ${side}`);
  try {
    // The first holding is small and only loads and compiles what is needed.
    const first = await make(1_000);
    await first.fill();
    await first.finish();
    const holding = await make(count);
    const before = await bytesInUse();
    await holding.fill();
    const bytes = ((await bytesInUse()) - before) / count;
    await holding.finish();
    return { bytes };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const outcome = await measureBytes(JSON.parse(process.argv[2] ?? '{}') as MemoryJob);
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
