import { expectEqual, random } from '../harness/check.ts';
import type { Side, Workload } from '../harness/types.ts';
import { QueueLimit } from '../limits/queue.ts';

const concurrency = 100;
const priorities = 10;

function prioritiesOf(size: number): number[] {
  const next = random(3);
  return Array.from({ length: size }, () => Math.floor(next() * priorities));
}

/** @throws when tasks that had to wait did not start by priority, and by age within a priority. */
function checkOrder(started: Uint32Array, priority: readonly number[]): void {
  for (let i = concurrency + 1; i < started.length; i += 1) {
    const before = started[i - 1]!;
    const after = started[i]!;
    const drop = priority[before]! - priority[after]!;
    if (drop < 0 || (drop === 0 && before > after)) throw new Error(`task ${after} started after ${before}`);
  }
}

/** Tasks with ten priorities in random order, all submitted at once, 100 running at a time. Size: tasks. */
export const w8Queue: Workload = {
  id: 'W8-queue',
  title: '100,000 tasks, concurrency 100, 10 priorities',
  unit: 'task',
  goal: 1.5,
  size: 100_000,
  smokeSize: 5_000,
  growth: [1_000, 10_000, 100_000, 1_000_000],
  ops: (size) => size,

  limit(size): Side {
    const priority = prioritiesOf(size);
    const started = new Uint32Array(size);
    let count = 0;
    let sum = 0;
    const handler = async (x: number) => {
      started[count++] = x;
      return x + 1;
    };
    const queue = new QueueLimit(handler, concurrency, priorities);
    return {
      async batch() {
        count = 0;
        sum = 0;
        const results: Promise<number>[] = [];
        for (let i = 0; i < size; i += 1) results.push(queue.submit(i, priority[i]!));
        for (const result of results) sum += await result;
      },
      check() {
        expectEqual('tasks started', count, size);
        expectEqual('sum', sum, (size * (size + 1)) / 2);
        checkOrder(started, priority);
      },
    };
  },

  async ours(size): Promise<Side> {
    const { Coordinator, defineAgent, defineCapability } = await import('../../src/index.ts');
    const priority = prioritiesOf(size);
    const started = new Uint32Array(size);
    let count = 0;
    let sum = 0;
    const add = defineCapability<number, number>('add');
    const adder = defineAgent('adder', {
      capabilities: [add],
      concurrency,
      handle: async (x) => {
        started[count++] = x;
        return x + 1;
      },
    });
    const coordinator = new Coordinator({ agents: [adder], tasks: { queue: size } });
    return {
      async batch() {
        count = 0;
        sum = 0;
        const results: Promise<number>[] = [];
        for (let i = 0; i < size; i += 1) {
          results.push(coordinator.tasks.submit(add, i, { priority: priority[i]! }).result);
        }
        for (const result of results) sum += await result;
      },
      check() {
        expectEqual('tasks started', count, size);
        expectEqual('sum', sum, (size * (size + 1)) / 2);
        checkOrder(started, priority);
      },
      close: async () => void (await coordinator.close()),
    };
  },
};
