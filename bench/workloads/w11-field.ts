import { random } from '../harness/check.ts';

const names = Array.from({ length: 20 }, (_, i) => `capability-${i}`);
const perAgent = 10;
export const requirementCount = 16;

/** So many capabilities, all different, at random. */
function draw(count: number, next: () => number): string[] {
  const chosen = new Set<string>();
  while (chosen.size < count) chosen.add(names[Math.floor(next() * names.length)]!);
  return [...chosen];
}

/** The agents and the requirements: about one agent in ten has the three capabilities that are asked for. */
export interface Field {
  /** By agent: ten of twenty capabilities. */
  readonly agents: readonly (readonly string[])[];
  /** Sets of three capabilities that are asked for in turn. */
  readonly wanted: readonly (readonly string[])[];
  /** By set: the agents that have it. */
  readonly able: readonly ReadonlySet<number>[];
  /** Chosen agents hold their work until this many more are chosen. */
  readonly held: number;
}

export function makeField(size: number): Field {
  const next = random(11);
  const agents = Array.from({ length: size }, () => draw(perAgent, next));
  const wanted = Array.from({ length: requirementCount }, (_, i) => agents[i % size]!.slice(0, 3));
  const fits = (set: readonly string[]) => (agent: number) =>
    set.every((name) => agents[agent]!.includes(name));
  const able = wanted.map((set) => new Set([...agents.keys()].filter(fits(set))));
  return { agents, wanted, able, held: Math.max(1, Math.floor(size / 40)) };
}

export const agentName = (agent: number): string => `agent-${agent}`;
