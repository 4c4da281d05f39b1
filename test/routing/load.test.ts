import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AgentEntry, AgentRegistry, type CandidateSet } from '../../src/agents/index.ts';
import { type Candidate, leastLoaded, type Requirement, type RoutingStrategy } from '../../src/index.ts';
import { Router } from '../../src/routing/index.ts';
import { deskAgent, houseWith, namedAgent, WORK } from '../support/house.ts';
import { watch } from '../support/outcome.ts';

const request = { label: 'work', input: 1, priority: 1, attempt: 1 };
const capabilities = ['a', 'b', 'c'];
const requirements: Requirement[] = [
  ...capabilities.map((name) => ({ capabilities: [name] })),
  { capabilities: ['a', 'b'] },
  { capabilities: ['b', 'c'] },
  { capabilities: ['c', 'a', 'b'] },
  { agent: 'agent0' },
];
const agentNumber = fc.integer({ min: 0, max: 9 });
const some = fc.nat();

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('register' as const),
      n: agentNumber,
      capabilities: fc.subarray(capabilities, { minLength: 1 }),
      concurrency: fc.constantFrom(1, 1, 2, 3, 4, 6, Number.POSITIVE_INFINITY),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unregister' as const), n: agentNumber }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('choose' as const), at: some }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), at: some }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('release' as const), at: some }) },
  // Not asked after every move: what nobody asked about must come out right all the same.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('look' as const), at: some }) },
);

/** The model: look at every one of them. */
const leastOf = (entries: readonly Candidate[]): number =>
  Math.min(...entries.filter(({ available }) => available).map(({ load }) => load));

/** How often in a row somebody in a set would have been as good a choice, and was not chosen. */
class Patience {
  readonly #passedOver = new Map<AgentEntry, number>();
  #most = 0;

  chosen(chosen: AgentEntry, entries: readonly AgentEntry[]): void {
    this.#most = Math.max(this.#most, entries.length);
    this.forget(chosen);
    for (const entry of entries) {
      if (entry === chosen || !entry.available || entry.load > chosen.load) continue;
      const count = (this.#passedOver.get(entry) ?? 0) + 1;
      expect(count, `${entry.name} waits for its turn`).toBeLessThan(this.#most);
      this.#passedOver.set(entry, count);
    }
  }

  forget(entry: AgentEntry): void {
    this.#passedOver.delete(entry);
  }
}

describe('the least loaded of a set', () => {
  it('is what a look at every agent gives, whoever came, went, took work and gave it back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const registry = new AgentRegistry();
        const router = new Router(leastLoaded());
        const patience = new Map<CandidateSet, Patience>();
        const present = new Map<string, AgentEntry>();
        const held: AgentEntry[] = [];
        const touched = (entry: AgentEntry) => {
          for (const one of patience.values()) one.forget(entry);
        };
        const take = (entry: AgentEntry) => {
          entry.take();
          held.push(entry);
          touched(entry);
        };
        for (const move of steps) {
          if (move.kind === 'register') {
            const name = `agent${move.n}`;
            if (present.has(name)) continue;
            registry.register(
              namedAgent(name, { capabilities: move.capabilities, concurrency: move.concurrency }),
            );
            present.set(name, registry.candidates({ agent: name })?.entries[0] as AgentEntry);
          } else if (move.kind === 'unregister') {
            // What it has in hand it gives back later.
            if (present.delete(`agent${move.n}`)) void registry.unregister(`agent${move.n}`);
          } else if (move.kind === 'take') {
            const free = [...present.values()].filter(({ available }) => available);
            if (free.length > 0) take(free[move.at % free.length] as AgentEntry);
          } else if (move.kind === 'release') {
            const [entry] = held.splice(move.at % Math.max(1, held.length), 1);
            entry?.release();
            if (entry !== undefined) touched(entry);
          } else {
            const set = registry.candidates(requirements[move.at % requirements.length] as Requirement);
            if (set === undefined) continue;
            expect(set.hasFree).toBe(set.entries.some(({ available }) => available));
            if (move.kind === 'look' || !set.hasFree) continue;
            const chosen = router.choose(request, set);
            expect(set.entries).toContain(chosen);
            expect(chosen).toMatchObject({ available: true, load: leastOf(set.entries) });
            const waiting = patience.get(set) ?? new Patience();
            patience.set(set, waiting);
            waiting.chosen(chosen, set.entries);
            take(chosen);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['idle', 0, [1, 2, 5, Number.POSITIVE_INFINITY]],
    ['loaded alike', 0.5, [2, 4, 10]],
  ])('comes in turns while all are %s, whatever each may do at once', (_how, load, choices) => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...choices), { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 1, max: 40 }),
        (concurrencies, count) => {
          const registry = new AgentRegistry();
          for (const [n, concurrency] of concurrencies.entries())
            registry.register(namedAgent(`agent${n}`, { concurrency }));
          const router = new Router(leastLoaded());
          const set = registry.candidates(WORK) as CandidateSet;
          for (const entry of set.entries) while (entry.load < load) entry.take();
          for (let n = 0; n < count; n++) {
            const chosen = router.choose(request, set);
            expect(chosen.name).toBe(`agent${n % concurrencies.length}`);
            chosen.take();
            chosen.release();
          }
        },
      ),
    );
  });

  it('fills agents alike in rounds and without a scan, with ten of them or ten thousand', () => {
    for (const size of [10, 10_000]) {
      const registry = new AgentRegistry();
      for (let n = 0; n < size; n++) registry.register(namedAgent(`agent${n}`, { concurrency: 3 }));
      const router = new Router(leastLoaded());
      const set = registry.candidates(WORK) as CandidateSet;
      const looks = countLooks(set.entries[0] as AgentEntry);
      for (let n = 0; n < 3 * size; n++) {
        const chosen = router.choose(request, set);
        if (chosen.name !== `agent${n % size}`) expect(chosen.name).toBe(`agent${n % size}`);
        chosen.take();
      }

      expect(set.hasFree).toBe(false);
      expect(looks(), `looks at one of ${size}`).toBeLessThan(30);
    }
  });
});

/** Counts how often somebody looks at the load of an agent. */
function countLooks(entry: AgentEntry): () => number {
  let looks = 0;
  Object.defineProperty(entry, 'load', {
    get() {
      looks++;
      return this.activeTasks / this.concurrency;
    },
  });
  return () => looks;
}

describe('an agent', () => {
  const places = (entry: AgentEntry): number => {
    let count = 0;
    for (let place = entry.places; place !== undefined; place = place.other) count++;
    return count;
  };

  it('stands among the loaded of those sets only that somebody asked, while it is loaded', async () => {
    const registry = new AgentRegistry();
    for (const name of ['ada', 'bob']) registry.register(namedAgent(name, { capabilities }));
    const sets = requirements.slice(0, 5).map((requirement) => registry.candidates(requirement));
    const ada = sets[0]?.entries[0] as AgentEntry;
    ada.take();
    expect(places(ada)).toBe(0);
    for (const set of sets.slice(1)) expect(set?.hasFree).toBe(true);
    expect(places(ada)).toBe(4);
    ada.release();
    expect(places(ada)).toBe(0);
    ada.take();
    for (const set of sets) set?.leastLoaded();
    for (const set of sets) set?.leastLoaded();
    expect(places(ada)).toBe(5);
    await registry.unregister('ada');

    expect(places(ada)).toBe(0);
  });

  it('stands nowhere in a set that is kept no longer', () => {
    const registry = new AgentRegistry();
    const names = Array.from({ length: 60 }, (_, n) => `c${n}`);
    for (const name of ['ada', 'bob']) registry.register(namedAgent(name, { capabilities: names }));
    const ada = registry.candidates({ capabilities: ['c0'] })?.entries[0] as AgentEntry;
    ada.take();
    for (const first of names) {
      for (const second of names) {
        expect(registry.candidates({ capabilities: [first, second] })?.hasFree).toBe(true);
      }
    }

    expect(places(ada)).toBeGreaterThan(0);
    expect(places(ada)).toBe(ada.sets.length - names.length);
    expect(places(ada)).toBeLessThanOrEqual(1_000);
  });
});

describe('leastLoaded', () => {
  const candidate = (name: string, activeTasks: number, concurrency: number): Candidate => ({
    name,
    specializations: [],
    concurrency,
    activeTasks,
    available: activeTasks < concurrency,
    load: activeTasks / concurrency,
    performance: 1,
  });

  it('chooses from any list', () => {
    const list = [candidate('a', 2, 4), candidate('b', 1, 1), candidate('c', 1, 4), candidate('d', 1, 4)];
    const strategy = leastLoaded();
    const chosen = [1, 2, 3].map(() => strategy.choose(request, list)?.name);

    expect(chosen).toEqual(['c', 'd', 'c']);
    expect(strategy.choose(request, [candidate('a', 1, 1)])).toBeUndefined();
  });

  it.each<[string, (inner: RoutingStrategy) => RoutingStrategy]>([
    ['in a strategy of one’s own', (inner) => ({ name: 'own', choose: (r, c) => inner.choose(r, c) })],
    ['as it is', (inner) => inner],
  ])('evens out the load %s', async (_how, wrap) => {
    const desks = [2, 10, 4].map((concurrency, n) => deskAgent(`agent${n}`, { concurrency }));
    const agents = desks.map(({ agent }) => agent);
    const { clock, house } = houseWith({ routing: wrap(leastLoaded()), agents });
    for (let n = 0; n < 8; n++) watch(house.ask(WORK, n));
    await clock.settle();

    expect(desks.map(({ desk }) => desk.open)).toEqual([1, 5, 2]);
  });

  it('is asked as its wrapper says, also where that is a copy of it', async () => {
    const last: RoutingStrategy = { ...leastLoaded(), choose: (_request, candidates) => candidates.at(-1) };
    const { house } = houseWith({ routing: last, agents: ['a', 'b'].map((name) => namedAgent(name)) });

    expect([await house.ask(WORK, 1), await house.ask(WORK, 2)]).toEqual(['b', 'b']);
  });
});
