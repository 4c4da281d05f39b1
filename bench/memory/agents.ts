import type { Thing } from './types.ts';

/** An agent by hand: what it needs to be found and called. */
interface PlainAgent {
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly handle: (x: number) => Promise<number>;
  active: number;
}

const names = ['add', 'subtract'];

/** A registered agent that has nothing to do; its definition belongs to it. */
export const idleAgent: Thing = {
  id: 'idle-agent',
  title: 'idle agent',
  count: 10_000,
  goalBytes: 800,

  async limit(count) {
    const agents = new Map<string, PlainAgent>();
    const index = new Map<string, PlainAgent[]>(names.map((name) => [name, []]));
    return {
      async fill() {
        for (let i = 0; i < count; i += 1) {
          const handle = async (x: number) => x + i;
          const agent: PlainAgent = { name: `agent-${i}`, capabilities: [...names], handle, active: 0 };
          agents.set(agent.name, agent);
          for (const name of agent.capabilities) index.get(name)?.push(agent);
        }
      },
      async finish() {
        if ((await agents.get('agent-7')?.handle(1)) !== 8) throw new Error('agent-7 is not there');
      },
    };
  },

  async ours(count) {
    const { Coordinator, defineAgent, defineCapability } = await import('../../src/index.ts');
    const capabilities = names.map((name) => defineCapability<number, number>(name));
    const coordinator = new Coordinator();
    return {
      async fill() {
        for (let i = 0; i < count; i += 1) {
          coordinator.agents.register(
            defineAgent(`agent-${i}`, { capabilities, handle: async (x: number) => x + i }),
          );
        }
      },
      async finish() {
        if ((await coordinator.ask('agent-7', 1)) !== 8) throw new Error('agent-7 is not there');
        await coordinator.close();
      },
    };
  },
};
