/**
 * Stands in for a peer in the choice of an agent, which no library has: for each choice, look at all agents, keep
 * those with the capabilities, and take the one with the least load. It is what one writes at first.
 */
import { expectEqual } from '../harness/check.ts';
import { agentName, makeField, requirementCount } from '../workloads/w11-field.ts';
import type { PeerSide, PeerSides } from './harness/types.ts';

interface Agent {
  readonly name: string;
  readonly capabilities: ReadonlySet<string>;
  load: number;
}

function choose(agents: readonly Agent[], wanted: readonly string[]): Agent {
  const able = agents.filter(({ capabilities }) => wanted.every((name) => capabilities.has(name)));
  return able.reduce((best, agent) => (agent.load < best.load ? agent : best));
}

export const sides: PeerSides = {
  'W11-choice': (size): PeerSide => {
    const { agents: field, wanted, able, held } = makeField(size);
    const agents = field.map((has, agent): Agent => {
      return { name: agentName(agent), capabilities: new Set(has), load: 0 };
    });
    const choices = held * 4;
    const number = new Map(agents.map((agent, i) => [agent, i]));
    let chosen: Agent[] = [];
    return {
      ops: choices,
      async batch() {
        chosen = [];
        for (let i = 0; i < choices; i += 1) {
          if (i >= held) chosen[i - held]!.load -= 1;
          const agent = choose(agents, wanted[i % requirementCount]!);
          agent.load += 1;
          chosen.push(agent);
        }
        for (const agent of chosen.slice(-held)) agent.load -= 1;
      },
      check() {
        expectEqual('choices', chosen.length, choices);
        const load = new Int32Array(size);
        for (const [i, agent] of chosen.entries()) {
          if (i >= held) load[number.get(chosen[i - held]!)!]! -= 1;
          const taken = number.get(agent)!;
          const candidates = able[i % requirementCount]!;
          if (!candidates.has(taken)) throw new Error(`choice ${i}: ${agent.name} is not able`);
          if ([...candidates].some((other) => load[other]! < load[taken]!)) {
            throw new Error(`choice ${i}: ${agent.name} is not the idlest`);
          }
          load[taken]! += 1;
        }
      },
    };
  },
};
