import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Coordinator, defineWorkflow, memoryStore, type Store, type Workflow } from '../src/index.ts';
import { sqliteStore } from '../src/integrations/sqlite/index.ts';
import { Replay, recorded, type Transaction } from './durable-replay.ts';
import { mainThreadUs } from './harness/clock.ts';
import { collect } from './harness/measure.ts';
import { median } from './harness/statistics.ts';

/** So many runs at once of a chain of so many steps. */
export interface ThroughputJob {
  readonly kind: 'throughput';
  readonly folder: string;
  readonly runs: number;
  readonly steps: number;
  readonly durability: 'process' | 'power';
  readonly rounds: number;
}

/** What one step takes. */
interface Time {
  readonly wallUs: number;
  /** Of the main thread's processor time. */
  readonly mainUs: number;
}

export interface ThroughputOutcome {
  readonly limit: Time;
  /** The store alone, given the same appends. */
  readonly store: Time;
  readonly ours: Time;
  /** The same with the store of memory. */
  readonly memory: Time;
  /** Ours through the limit, taken within each round, then the median. */
  readonly wallRatio: number;
  readonly mainRatio: number;
  readonly rowsPerTransaction: number;
  readonly transactions: number;
  readonly bytesPerStep: number;
}

/** A chain whose steps add one. */
export function chainOf(steps: number): Workflow<number, number> {
  const add = async (scope: Readonly<Record<string, unknown>>): Promise<number> => {
    for (const key in scope) if (key !== 'input') return (scope[key] as number) + 1;
    return (scope['input'] as number) + 1;
  };
  return defineWorkflow<number, number>('chain', {
    steps: Array.from({ length: steps }, (_, step) => {
      return { id: `s${step}`, after: step === 0 ? [] : [`s${step - 1}`], run: add };
    }),
    output: (outputs) => outputs[`s${steps - 1}`] as number,
  });
}

/** Carries the work out with a store. */
async function carryOut({ runs, steps }: ThroughputJob, workflow: Workflow<number, number>, store: Store) {
  const retention = { runs, steps: runs * steps };
  const coordinator = new Coordinator({ store, workflows: { runs, retention } });
  const time = await timed(async () => {
    const results = Array.from({ length: runs }, (_, run) => coordinator.start(workflow, run).result);
    for (const [run, result] of results.entries())
      if ((await result) !== run + steps) throw new Error(`run ${run}: wrong result`);
  });
  await coordinator.close();
  await store.close();
  return time;
}

/** Gives the store what a run gave it, in the same turns. */
async function appendAll(store: Store, transactions: readonly Transaction[]): Promise<Time> {
  const time = await timed(async () => {
    for (const transaction of transactions) {
      const { journal } = store;
      await Promise.all(
        transaction.map(({ stream, sequence, entries }) => journal.append(stream, sequence - 1, entries)),
      );
    }
  });
  await store.close();
  return time;
}

async function timed(work: () => Promise<void> | void): Promise<Time> {
  collect();
  const [wall, main] = [performance.now(), mainThreadUs()];
  await work();
  return { wallUs: (performance.now() - wall) * 1_000, mainUs: mainThreadUs() - main };
}

/** Every side on a new file in every round. */
export async function measureThroughput(job: ThroughputJob): Promise<ThroughputOutcome> {
  const { folder, durability, runs, steps, rounds } = job;
  const file = join(folder, 'bench.db');
  const workflow = chainOf(steps);
  const forget = (): void => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  };
  const onFile = async <T>(use: (store: Store) => Promise<T>): Promise<T> => {
    const store = sqliteStore({ file, durability });
    await store.open();
    const result = await use(store);
    forget();
    return result;
  };
  let transactions: readonly Transaction[] = [];
  const record = async (store: Store): Promise<Time> => {
    const recording = recorded(store);
    transactions = recording.transactions;
    return carryOut(job, workflow, recording.store);
  };
  const sides = {
    limit: async () => {
      const replay = new Replay(file, durability, transactions);
      const time = await timed(() => replay.run());
      replay.close();
      forget();
      return time;
    },
    store: () => onFile((store) => appendAll(store, transactions)),
    ours: () => onFile((store) => carryOut(job, workflow, store)),
    memory: () => carryOut(job, workflow, memoryStore()),
  };

  // Rounds that are not measured: what is replayed in the others comes from the second.
  for (let round = 0; round < 2; round++) {
    await onFile(record);
    for (const side of Object.values(sides)) await side();
  }
  const times: Record<keyof typeof sides, Time>[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push({
      limit: await sides.limit(),
      store: await sides.store(),
      ours: await sides.ours(),
      memory: await sides.memory(),
    });
  }
  const all = runs * steps;
  const per = (side: keyof typeof sides): Time => ({
    wallUs: median(times.map((time) => time[side].wallUs)) / all,
    mainUs: median(times.map((time) => time[side].mainUs)) / all,
  });
  const texts = transactions.flatMap((transaction) => transaction.flatMap(({ entries }) => entries));
  return {
    limit: per('limit'),
    store: per('store'),
    ours: per('ours'),
    memory: per('memory'),
    wallRatio: median(times.map((time) => time.ours.wallUs / time.limit.wallUs)),
    mainRatio: median(times.map((time) => time.ours.mainUs / time.limit.mainUs)),
    transactions: transactions.length,
    rowsPerTransaction: texts.length / transactions.length,
    bytesPerStep: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / all,
  };
}
