import { expectEqual } from '../harness/check.ts';
import type { Side, Workload } from '../harness/types.ts';
import { ChoiceLimit, type LimitAgent } from '../limits/choice.ts';
import { agentName, type Field, makeField, requirementCount } from './w11-field.ts';

const choices = 20_000;

/** @throws when a chosen agent lacks a capability, or another one with the capabilities had less to do. */
function checkChoices({ agents, able, held }: Field, chosen: readonly string[]): void {
  expectEqual('choices', chosen.length, choices);
  const byName = new Map(agents.map((_, agent) => [agentName(agent), agent]));
  const load = new Int32Array(agents.length);
  const numbers = chosen.map((name) => byName.get(name) ?? -1);
  for (const [i, agent] of numbers.entries()) {
    if (i >= held) load[numbers[i - held]!]! -= 1;
    const candidates = able[i % requirementCount]!;
    if (!candidates.has(agent)) throw new Error(`choice ${i}: ${chosen[i]} is not able`);
    if (load[agent]! > 0 && [...candidates].some((other) => load[other]! < load[agent]!)) {
      throw new Error(`choice ${i}: ${chosen[i]} is not the idlest`);
    }
    load[agent]! += 1;
  }
}

/** Chooses one of many agents by three capabilities and least load. Size: agents. */
export const w11Choice: Workload = {
  id: 'W11-choice',
  title: 'one of 10,000 agents by three capabilities and least load',
  unit: 'choice',
  goal: 2,
  size: 10_000,
  smokeSize: 1_000,
  growth: [10, 100, 1_000, 10_000],
  ops: () => choices,

  limit(size): Side {
    const field = makeField(size);
    const { wanted, held } = field;
    const agents = field.agents.map((has, agent): LimitAgent => {
      return { name: agentName(agent), capabilities: new Set(has), load: 0 };
    });
    const limit = new ChoiceLimit(agents);
    let chosen: LimitAgent[] = [];
    return {
      async batch() {
        chosen = [];
        for (let i = 0; i < choices; i += 1) {
          if (i >= held) limit.release(chosen[i - held]!);
          chosen.push(limit.choose(wanted[i % requirementCount]!)!);
        }
        for (let i = choices - held; i < choices; i += 1) limit.release(chosen[i]!);
      },
      check() {
        checkChoices(
          field,
          chosen.map(({ name }) => name),
        );
      },
    };
  },

  /** The rooms that a task's choice goes through; the coordinator has no door to the choice alone. */
  async ours(size): Promise<Side> {
    const { AgentRegistry, defineAgent } = await import('../../src/agents/index.ts');
    const { leastLoaded, Router } = await import('../../src/routing/index.ts');
    const field = makeField(size);
    const { held } = field;
    const registry = new AgentRegistry();
    for (const [agent, capabilities] of field.agents.entries()) {
      registry.register(defineAgent(agentName(agent), { capabilities, handle: async () => agent }));
    }
    const router = new Router(leastLoaded());
    const request = { label: 'choice', input: undefined, priority: 0, attempt: 1 };
    const requirements = field.wanted.map((capabilities) => ({ capabilities }));
    let chosen: { readonly name: string; release(): void }[] = [];
    return {
      async batch() {
        chosen = [];
        for (let i = 0; i < choices; i += 1) {
          if (i >= held) chosen[i - held]!.release();
          const entry = router.choose(request, registry.candidates(requirements[i % requirementCount]!)!);
          entry.take();
          chosen.push(entry);
        }
        for (let i = choices - held; i < choices; i += 1) chosen[i]!.release();
      },
      check() {
        const names = chosen.map((entry) => entry.name);
        checkChoices(field, names);
      },
    };
  },
};
