import { expectEqual } from '../harness/check.ts';
import type { Side, Workload } from '../harness/types.ts';
import { RequestLimit } from '../limits/calls.ts';

const topic = 'agent.adder';

/** One request to a topic after the other. Size: calls in a batch. @param timeout Of each; the default if left out. */
const oneAtATime = (id: string, title: string, timeout?: number): Workload => ({
  id,
  title,
  unit: 'call',
  goal: 1.4,
  size: 5_000,
  smokeSize: 500,
  ops: (size) => size,

  limit(size): Side {
    const messages = new RequestLimit<number, number>();
    messages.respond(topic, async (x) => x + 1);
    let sum = 0;
    return {
      async batch() {
        sum = 0;
        for (let i = 0; i < size; i += 1) sum += await messages.request(topic, i);
      },
      check: () => expectEqual('sum', sum, (size * (size + 1)) / 2),
    };
  },

  async ours(size): Promise<Side> {
    const { Coordinator } = await import('../../src/index.ts');
    const coordinator = new Coordinator({ messages: { timeout } });
    coordinator.messages.respond(topic, async (x: number) => x + 1);
    let sum = 0;
    return {
      async batch() {
        sum = 0;
        for (let i = 0; i < size; i += 1) sum += (await coordinator.messages.request(topic, i)) as number;
      },
      check: () => expectEqual('sum', sum, (size * (size + 1)) / 2),
      close: async () => void (await coordinator.close()),
    };
  },
});

export const w1Request: Workload = oneAtATime('W1-request', 'one call at a time, messages.request');

/** For peers whose calls have no deadline. */
export const w1Open: Workload = oneAtATime(
  'W1-open',
  'one call at a time, messages.request without a deadline',
  Number.POSITIVE_INFINITY,
);
