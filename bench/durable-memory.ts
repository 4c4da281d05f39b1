import { statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Coordinator } from '../src/index.ts';
import { sqliteStore } from '../src/integrations/sqlite/index.ts';
import { chainOf } from './durable-throughput.ts';
import { collect } from './harness/measure.ts';

/** So many finished runs of a chain of so many steps, all of them retained. */
export interface MemoryJob {
  readonly kind: 'memory';
  readonly folder: string;
  readonly runs: number;
  readonly steps: number;
  readonly store: 'none' | 'sqlite';
}

export interface MemoryOutcome {
  /** In memory, for one run. */
  readonly heapBytes: number;
  /** In the file, for one run. */
  readonly fileBytes: number;
}

async function bytesInUse(): Promise<number> {
  for (let pass = 0; pass < 3; pass++) {
    await nextTurn();
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

export async function measureMemory({ folder, runs, steps, store: kind }: MemoryJob): Promise<MemoryOutcome> {
  const file = join(folder, 'memory.db');
  const store = kind === 'none' ? undefined : sqliteStore({ file, durability: 'process' });
  const workflow = chainOf(steps);
  const retention = { runs: 2 * runs, steps: 2 * runs * steps };
  const coordinator = new Coordinator({ store, workflows: { retention } });
  const finish = async (count: number): Promise<void> => {
    for (let run = 0; run < count; run++) await coordinator.run(workflow, run);
  };
  await finish(Math.ceil(runs / 20));
  const before = await bytesInUse();
  await finish(runs);
  const heapBytes = ((await bytesInUse()) - before) / runs;
  const { retained } = coordinator.stats().workflows;
  if (retained !== runs + Math.ceil(runs / 20)) throw new Error(`${retained} runs are retained`);
  await coordinator.close();
  await store?.close();
  return { heapBytes, fileBytes: store === undefined ? 0 : statSync(file).size / retained };
}
