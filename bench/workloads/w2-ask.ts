import { expectEqual } from '../harness/check.ts';
import type { Side, Workload } from '../harness/types.ts';
import { AskLimit } from '../limits/calls.ts';

const inFlight = 1_000;
const waves = 5;
const expected = (waves * (inFlight * (inFlight + 1))) / 2;

/**
 * A thousand asks in flight for one capability that all agents serve. Size: agents.
 * An agent may do as many at once as fall to it when the work is spread evenly.
 */
export const w2Ask: Workload = {
  id: 'W2-ask',
  title: '1,000 calls in flight over 100 agents, ask by capability',
  unit: 'call',
  goal: 1.4,
  size: 100,
  smokeSize: 100,
  growth: [10, 100, 1_000, 10_000],
  ops: () => waves * inFlight,

  limit(size): Side {
    const agents = new AskLimit<number, number>();
    for (let agent = 0; agent < size; agent += 1) agents.serve('add', async (x) => x + 1);
    let sum = 0;
    return {
      async batch() {
        sum = 0;
        for (let wave = 0; wave < waves; wave += 1) {
          const open: Promise<number>[] = [];
          for (let i = 0; i < inFlight; i += 1) open.push(agents.ask('add', i));
          for (const output of await Promise.all(open)) sum += output;
        }
      },
      check: () => expectEqual('sum', sum, expected),
    };
  },

  async ours(size): Promise<Side> {
    const { Coordinator, defineAgent, defineCapability } = await import('../../src/index.ts');
    const add = defineCapability<number, number>('add');
    const agents = Array.from({ length: size }, (_, agent) =>
      defineAgent(`adder-${agent}`, {
        capabilities: [add],
        concurrency: Math.ceil(inFlight / size),
        handle: async (x) => x + 1,
      }),
    );
    const coordinator = new Coordinator({ agents });
    let sum = 0;
    return {
      async batch() {
        sum = 0;
        for (let wave = 0; wave < waves; wave += 1) {
          const open: Promise<number>[] = [];
          for (let i = 0; i < inFlight; i += 1) open.push(coordinator.ask(add, i));
          for (const output of await Promise.all(open)) sum += output;
        }
      },
      check: () => expectEqual('sum', sum, expected),
      close: async () => void (await coordinator.close()),
    };
  },
};
