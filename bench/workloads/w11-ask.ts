import { expectEqual } from '../harness/check.ts';
import type { Side, Workload } from '../harness/types.ts';
import { type Handler, OpenCalls } from '../limits/calls.ts';
import { ChoiceLimit, type LimitAgent } from '../limits/choice.ts';
import { agentName, makeField, requirementCount } from './w11-field.ts';

const asks = 5_000;
const expected = (asks * (asks + 1)) / 2;

interface CallableAgent extends LimitAgent {
  readonly handle: Handler<number, number>;
}

/** The same choice with the work that follows it: one ask by three capabilities after the other. Size: agents. */
export const w11Ask: Workload = {
  id: 'W11-ask',
  title: 'ask one of 10,000 agents by three capabilities',
  unit: 'call',
  goal: 1.6,
  size: 10_000,
  smokeSize: 1_000,
  growth: [10, 100, 1_000, 10_000],
  ops: () => asks,

  limit(size): Side {
    const { agents, wanted } = makeField(size);
    const handle: Handler<number, number> = async (x) => x + 1;
    const limit = new ChoiceLimit(
      agents.map((has, agent): CallableAgent => {
        return { name: agentName(agent), capabilities: new Set(has), load: 0, handle };
      }),
    );
    const calls = new OpenCalls<number, number>();
    let sum = 0;
    return {
      async batch() {
        sum = 0;
        for (let i = 0; i < asks; i += 1) {
          const agent = limit.choose(wanted[i % requirementCount]!)!;
          sum += await calls.call(agent.handle, i);
          limit.release(agent);
        }
      },
      check: () => expectEqual('sum', sum, expected),
    };
  },

  async ours(size): Promise<Side> {
    const { Coordinator, defineAgent } = await import('../../src/index.ts');
    const field = makeField(size);
    const handle: Handler<number, number> = async (x) => x + 1;
    const agents = field.agents.map((capabilities, agent) =>
      defineAgent(agentName(agent), { capabilities, handle }),
    );
    const coordinator = new Coordinator({ agents });
    const requirements = field.wanted.map((capabilities) => ({ capabilities }));
    let sum = 0;
    return {
      async batch() {
        sum = 0;
        for (let i = 0; i < asks; i += 1) {
          sum += (await coordinator.ask(requirements[i % requirementCount]!, i)) as number;
        }
      },
      check: () => expectEqual('sum', sum, expected),
      close: async () => void (await coordinator.close()),
    };
  },
};
