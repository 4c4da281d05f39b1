import { beforeEach, describe, expect, it } from 'vitest';
import { CapabilityIndex } from '../../src/agents/capability-index.ts';
import { AgentEntry, type CandidateSet } from '../../src/agents/entry.ts';
import { defineCapability, InvalidOptionsError, type Requirement } from '../../src/index.ts';
import { type AgentFacts, namedAgent } from '../support/house.ts';
import { thrownBy } from '../support/outcome.ts';

// A decision is a look at an answer that is kept, so that it does not grow with the agents: the same set each time.

let agents: Map<string, AgentEntry>;
let index: CapabilityIndex;

function add(name: string, facts: AgentFacts): AgentEntry {
  const entry = new AgentEntry(namedAgent(name, facts), 0);
  agents.set(name, entry);
  index.add(entry);
  return entry;
}

function remove(entry: AgentEntry): void {
  index.remove(entry);
  agents.delete(entry.name);
}

const namesIn = (set: CandidateSet | undefined) => set?.entries.map(({ name }) => name);

beforeEach(() => {
  agents = new Map();
  index = new CapabilityIndex(agents);
});

describe('the index', () => {
  const [a, b] = [defineCapability('a'), defineCapability('b')];
  const requirements: Requirement[] = [
    { capabilities: ['a', 'b'] },
    { capabilities: ['a', 'c'] },
    { capabilities: ['b', 'a'] },
    { capabilities: ['a', 'b', 'c'] },
    { capabilities: ['a'], specializations: ['x'] },
    { capabilities: ['a'], specializations: ['x', 'y'] },
    { capabilities: ['a', 'b'], specializations: ['x'] },
    { specializations: ['x', 'y'] },
    { agent: 'ada', capabilities: ['a'] },
    { agent: 'ada', capabilities: ['a', 'b'] },
    { agent: 'ada', specializations: ['x'] },
    { agent: 'ada', capabilities: ['a'], specializations: ['x'] },
  ];

  it('keeps its answer to every requirement of several names, each apart from the others', () => {
    add('ada', { capabilities: ['a', 'b', 'c'], specializations: ['x', 'y'] });
    const first = requirements.map((requirement) => index.forRequirement(requirement));
    const second = requirements.map((requirement) => index.forRequirement(requirement));

    expect(second.every((set, place) => set === first[place])).toBe(true);
    expect(new Set(first).size).toBe(requirements.length);
    expect(first.map((set) => set?.requirement)).toEqual(
      requirements.map(({ agent, capabilities = [], specializations = [] }) => ({
        agent,
        capabilities,
        specializations,
      })),
    );
  });

  it('keeps one answer for names, definitions, and options that say undefined', () => {
    add('ada', { capabilities: ['a', 'b'], specializations: ['x'] });
    const kept = index.forRequirement({ capabilities: ['a', 'b'] });

    expect(index.forRequirement({ capabilities: [a, b] })).toBe(kept);
    expect(index.forRequirement({ capabilities: ['a', b] })).toBe(kept);
    expect(
      index.forRequirement({ agent: undefined, capabilities: ['a', 'b'], specializations: undefined }),
    ).toBe(kept);
  });

  it('answers a requirement of one name with the set of that name', () => {
    add('ada', { capabilities: ['a'], specializations: ['x'] });
    const bySpecialization = index.forRequirement({ specializations: ['x'] });

    expect(index.forRequirement({ capabilities: ['a'] })).toBe(index.forCapability('a'));
    expect(index.forRequirement({ capabilities: [a] })).toBe(index.forCapability('a'));
    expect(index.forRequirement({ agent: 'ada' })).toBe(index.forAgent('ada'));
    expect(index.forRequirement({ specializations: ['x'] })).toBe(bySpecialization);
    expect([index.forCapability('a')?.requirement, bySpecialization?.requirement]).toEqual([
      { agent: undefined, capabilities: ['a'], specializations: [] },
      { agent: undefined, capabilities: [], specializations: ['x'] },
    ]);
  });

  it('has no answer, not an empty one, once the last agent has gone, and a new one when another comes', () => {
    const ada = add('ada', { capabilities: ['a', 'b'], specializations: ['x'] });
    const wanted: Requirement[] = [
      { capabilities: ['a'] },
      { specializations: ['x'] },
      { capabilities: ['a', 'b'] },
    ];
    for (const requirement of wanted) expect(namesIn(index.forRequirement(requirement))).toEqual(['ada']);
    remove(ada);

    expect(wanted.map((requirement) => index.forRequirement(requirement))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    add('bob', { capabilities: ['a', 'b'], specializations: ['x'] });
    for (const requirement of wanted) expect(namesIn(index.forRequirement(requirement))).toEqual(['bob']);
  });

  it.each([
    [null],
    [{ capabilities: 'ab' }],
    [{ capabilities: ['a', null] }],
    [{ capabilities: ['a', undefined] }],
    [{ capabilities: ['a', 'b'], specializations: 'xy' }],
  ])('refuses %o although it reads like a requirement whose answer is kept', (wrong) => {
    add('ada', { capabilities: ['a', 'b'], specializations: ['x', 'y'] });
    index.forRequirement({ capabilities: ['a', 'b'] });
    index.forRequirement({ capabilities: ['a', 'b'], specializations: ['x', 'y'] });

    expect(thrownBy(() => index.forRequirement(wrong as never))).toBeInstanceOf(InvalidOptionsError);
  });
});

describe('an index that was asked for more than it keeps', () => {
  const LIMIT = 1_000;
  const specializations = Array.from({ length: LIMIT + 1 }, (_, n) => `s${n}`);
  const ask = (n: number) => index.forRequirement({ capabilities: ['a'], specializations: [`s${n}`] });

  it('keeps 1,000 answers, and lets go of them all at the next', () => {
    const ada = add('ada', { capabilities: ['a'], specializations });
    const own = ada.sets.length;
    const first = ask(0);
    for (let n = 1; n < LIMIT; n++) ask(n);
    expect(ask(0)).toBe(first);
    expect(ada.sets).toHaveLength(own + LIMIT);
    ask(LIMIT);

    expect(ada.sets).toHaveLength(own + 1);
    expect(namesIn(first)).toEqual([]);
    expect(ask(0)).not.toBe(first);
    expect(namesIn(ask(0))).toEqual(['ada']);
  });

  it('keeps those that tasks wait for, finds them again, and lets new agents into them', () => {
    const ada = add('ada', { capabilities: ['a'], specializations });
    const [used, unused] = [ask(0) as CandidateSet, ask(1) as CandidateSet];
    used.waiting = 1;
    for (let n = 2; n <= LIMIT; n++) ask(n);

    expect([namesIn(used), namesIn(unused)]).toEqual([['ada'], []]);
    expect(ask(0)).toBe(used);
    expect([ada.sets.includes(used), ada.sets.includes(unused)]).toEqual([true, false]);
    add('bob', { capabilities: ['a'], specializations: ['s0'] });
    expect(namesIn(used)).toEqual(['ada', 'bob']);
  });
});
