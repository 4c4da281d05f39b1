import { expectEqual } from '../harness/check.ts';
import type { Side, Workload } from '../harness/types.ts';
import { RequestLimit } from '../limits/calls.ts';

const inFlight = 1_000;
const waves = 5;
const expected = (waves * (inFlight * (inFlight + 1))) / 2;

const topicsOf = (size: number) => Array.from({ length: size }, (_, agent) => `agent.${agent}`);

/**
 * A thousand requests in flight, in turn over the agents' topics. Size: agents.
 *
 * @param timeout Of each; the default if left out.
 */
const inFlightAtOnce = (id: string, title: string, timeout?: number): Workload => ({
  id,
  title,
  unit: 'call',
  goal: 1.3,
  size: 100,
  smokeSize: 100,
  growth: [10, 100, 1_000, 10_000],
  ops: () => waves * inFlight,

  limit(size): Side {
    const messages = new RequestLimit<number, number>();
    const topics = topicsOf(size);
    for (const topic of topics) messages.respond(topic, async (x) => x + 1);
    let sum = 0;
    let next = 0;
    return {
      async batch() {
        sum = 0;
        for (let wave = 0; wave < waves; wave += 1) {
          const open: Promise<number>[] = [];
          for (let i = 0; i < inFlight; i += 1) {
            open.push(messages.request(topics[next]!, i));
            next = next + 1 === size ? 0 : next + 1;
          }
          for (const output of await Promise.all(open)) sum += output;
        }
      },
      check: () => expectEqual('sum', sum, expected),
    };
  },

  async ours(size): Promise<Side> {
    const { Coordinator } = await import('../../src/index.ts');
    const coordinator = new Coordinator({ messages: { timeout } });
    const topics = topicsOf(size);
    for (const topic of topics) coordinator.messages.respond(topic, async (x: number) => x + 1);
    let sum = 0;
    let next = 0;
    return {
      async batch() {
        sum = 0;
        for (let wave = 0; wave < waves; wave += 1) {
          const open: Promise<unknown>[] = [];
          for (let i = 0; i < inFlight; i += 1) {
            open.push(coordinator.messages.request(topics[next]!, i));
            next = next + 1 === size ? 0 : next + 1;
          }
          for (const output of await Promise.all(open)) sum += output as number;
        }
      },
      check: () => expectEqual('sum', sum, expected),
      close: async () => void (await coordinator.close()),
    };
  },
});

export const w2Request: Workload = inFlightAtOnce(
  'W2-request',
  '1,000 calls in flight over 100 agents, messages.request',
);

/** For peers whose calls have no deadline. */
export const w2Open: Workload = inFlightAtOnce(
  'W2-open',
  '1,000 calls in flight over 100 agents, messages.request without a deadline',
  Number.POSITIVE_INFINITY,
);
