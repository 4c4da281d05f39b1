import { expectEqual } from '../harness/check.ts';
import type { Side, Workload } from '../harness/types.ts';
import { AskLimit } from '../limits/calls.ts';

/** One ask by capability after the other. Size: calls in a batch. */
export const w1Ask: Workload = {
  id: 'W1-ask',
  title: 'one call at a time, ask by capability',
  unit: 'call',
  goal: 1.6,
  size: 5_000,
  smokeSize: 500,
  ops: (size) => size,

  limit(size): Side {
    const agents = new AskLimit<number, number>();
    agents.serve('add', async (x) => x + 1);
    let sum = 0;
    return {
      async batch() {
        sum = 0;
        for (let i = 0; i < size; i += 1) sum += await agents.ask('add', i);
      },
      check: () => expectEqual('sum', sum, (size * (size + 1)) / 2),
    };
  },

  async ours(size): Promise<Side> {
    const { Coordinator, defineAgent, defineCapability } = await import('../../src/index.ts');
    const add = defineCapability<number, number>('add');
    const adder = defineAgent('adder', { capabilities: [add], handle: async (x) => x + 1 });
    const coordinator = new Coordinator({ agents: [adder] });
    let sum = 0;
    return {
      async batch() {
        sum = 0;
        for (let i = 0; i < size; i += 1) sum += await coordinator.ask(add, i);
      },
      check: () => expectEqual('sum', sum, (size * (size + 1)) / 2),
      close: async () => void (await coordinator.close()),
    };
  },
};
