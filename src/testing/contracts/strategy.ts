import {
  type Candidate,
  Coordinator,
  defineAgent,
  type RoutingRequest,
  type RoutingStrategy,
} from '../../index.ts';
import { claim, claimQuiet, claimSame } from './checks.ts';
import type { ContractRunner } from './contract.ts';

/** A candidate in a state that the contract chooses. */
function candidateOf(name: string, concurrency: number, activeTasks: number, performance = 1): Candidate {
  const load = concurrency === Number.POSITIVE_INFINITY ? 0 : activeTasks / concurrency;
  const available = activeTasks < concurrency;
  return { name, specializations: [], concurrency, activeTasks, available, load, performance };
}

const REQUEST: RoutingRequest = { label: 'work', input: { text: 'tea' }, priority: 1, attempt: 1 };
const SLOTS = [1, 2, 4, Number.POSITIVE_INFINITY];
const STATES = 200;

/** Lists of up to seven candidates in all kinds of states, at least one of which is free. */
function* states(): Generator<readonly Candidate[]> {
  for (let state = 0; state < STATES; state++) {
    const list = Array.from({ length: 1 + (state % 7) }, (_, place) => {
      const concurrency = SLOTS[(place + state) % SLOTS.length]!;
      const active = (place * 5 + state * 3) % (Math.min(concurrency, 8) + 1);
      return candidateOf(`agent-${place}`, concurrency, active, ((place * 7 + state * 3) % 11) / 10);
    });
    if (list.some(({ available }) => available)) yield list;
  }
}

function shown(candidates: readonly Candidate[]): string {
  if (candidates.length > 7) return `${candidates.length} candidates`;
  return candidates
    .map(({ name, activeTasks, concurrency }) => `${name} ${activeTasks}/${concurrency}`)
    .join(', ');
}

/** Asks, and checks that somebody of the list comes back. */
function claimChoice(
  strategy: RoutingStrategy,
  candidates: readonly Candidate[],
  request = REQUEST,
): Candidate {
  const chosen = strategy.choose(request, candidates);
  claim(chosen !== undefined && chosen !== null, `it chose nobody among ${shown(candidates)}`);
  claim(candidates.includes(chosen), `it chose something that is none of ${shown(candidates)}`);
  return chosen;
}

/**
 * Checks a routing strategy, clause by clause: what `RoutingStrategy` promises, and nothing of how it chooses.
 *
 * @param makeStrategy Makes the strategy that is to be checked, anew for each clause.
 */
export function strategyContract(
  { describe, it }: ContractRunner,
  makeStrategy: () => RoutingStrategy,
): void {
  const clause = (name: string, check: (strategy: RoutingStrategy) => void | Promise<void>): void => {
    it(name, async () => check(makeStrategy()));
  };

  describe('a routing strategy', () => {
    clause('has a name', ({ name }) => {
      claim(typeof name === 'string' && name !== '', `its name is ${JSON.stringify(name)}`);
    });

    clause('answers at once, with no promise', (strategy) => {
      for (const candidates of states()) {
        const chosen = strategy.choose(REQUEST, candidates) as { then?: unknown } | undefined;
        claim(typeof chosen?.then !== 'function', 'it returned a promise');
      }
    });

    clause('chooses somebody as long as one candidate is free', (strategy) => {
      for (const candidates of states()) {
        const chosen: unknown = strategy.choose(REQUEST, candidates);
        claim(chosen !== undefined && chosen !== null, `it chose nobody among ${shown(candidates)}`);
      }
    });

    clause('chooses one of the candidates itself: no copy, no name', (strategy) => {
      for (const candidates of states()) claimChoice(strategy, candidates);
    });

    clause('finds the one that is free, wherever it stands', (strategy) => {
      for (let free = 0; free < 10; free++) {
        claimChoice(
          strategy,
          Array.from({ length: 10 }, (_, place) => candidateOf(`agent-${place}`, 1, place === free ? 0 : 1)),
        );
      }
    });

    clause('chooses among one as among a thousand', (strategy) => {
      for (const length of [1, 1_000]) {
        claimChoice(
          strategy,
          Array.from({ length }, (_, place) => candidateOf(`agent-${place}`, 2, place % 2)),
        );
      }
    });

    clause('chooses among those that it is given, whoever was there before', (strategy) => {
      const makeList = (first: number, length: number): readonly Candidate[] =>
        Array.from({ length }, (_, place) => candidateOf(`agent-${first + place}`, 2, 0));
      const lists = [makeList(0, 5), makeList(2, 3), makeList(9, 1), makeList(0, 8)];
      for (let round = 0; round < 20; round++) claimChoice(strategy, lists[round % lists.length]!);
      for (let round = 0; round < 20; round++) claimChoice(strategy, makeList(round, 1 + (round % 4)));
    });

    clause('changes neither the list, nor a candidate, nor the request', (strategy) => {
      const request = Object.freeze({ ...REQUEST, input: Object.freeze({ text: 'tea' }) });
      for (const candidates of states()) {
        const before = candidates.map((each) => ({ ...each }));
        const frozen = Object.freeze(candidates.map((each) => Object.freeze({ ...each })));
        claimQuiet(() => strategy.choose(request, frozen), 'choosing from what can not be changed');
        strategy.choose(REQUEST, candidates);
        claimSame(candidates, before, 'the candidates after the choice');
      }
    });

    clause('takes any input, priority and number of an attempt', (strategy) => {
      const candidates = [candidateOf('a', 1, 1), candidateOf('b', 2, 1)];
      for (const input of [undefined, null, 0, '', 'text', [], {}, () => 1]) {
        for (const [priority, attempt] of [
          [-1.5, 1],
          [0, 2],
          [3, 1_000],
        ] as const) {
          const request = { label: 'agent ada + in oceans', input, priority, attempt };
          claimQuiet(() => claimChoice(strategy, candidates, request), `the input ${String(input)}`);
        }
      }
    });

    clause('lets a coordinator get its work done', async (strategy) => {
      const agents = [1, 2, 3].map((concurrency) =>
        defineAgent(`agent-${concurrency}`, { capabilities: ['work'], concurrency, handle: async (n) => n }),
      );
      const coordinator = new Coordinator({ agents, routing: strategy });
      try {
        const inputs = Array.from({ length: 24 }, (_, n) => n);
        const work = { capabilities: ['work'] };
        const outputs = inputs.map((n) => coordinator.ask(work, n, { timeout: '1s' }));
        claimSame(await Promise.all(outputs), inputs, 'the outputs of 24 tasks for three agents');
      } finally {
        await coordinator.close();
      }
    });
  });
}
