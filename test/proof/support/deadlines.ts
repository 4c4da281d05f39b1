import { defineAgent, defineWorkflow } from '../../../src/index.ts';
import type { Simulation } from '../../../src/testing/index.ts';
import { type Count, chance, type End, ensure, follow, notice, pick, whole, workAt } from './prove.ts';

/** A request, task or run with a deadline. */
export interface Timed {
  readonly id: number;
  readonly kind: 'request' | 'task' | 'run';
  readonly dueAt: number;
  end: End | undefined;
}

/** What a family says about deadlines. */
export interface DeadlineRules {
  /** Called with each end. */
  readonly ended: (timed: Timed, end: End) => void;
  /** Called when a handler begins with it. */
  readonly started: (timed: Timed, now: number) => void;
}

/** Sends requests, tasks and runs with short deadlines to receivers that have few slots. */
export async function playDeadlines(
  sim: Simulation,
  count: Count,
  { ended, started }: DeadlineRules,
): Promise<readonly Timed[]> {
  const all: Timed[] = [];
  const work = (name: string) => {
    const faulty = workAt(sim, name);
    return (id: number): Promise<void> => {
      const timed = all[id]!;
      notice(sim, () => started(timed, sim.clock.monotonic()));
      count('started');
      return faulty();
    };
  };
  const agent = defineAgent('a', { concurrency: 2, handle: work('a') });
  const house = sim.coordinator({ grace: 20 });
  // Registered as it is: what strikes handlers must not come between the library and the ledger.
  house.agents.register(agent);
  house.messages.respond('r', work('r'), { concurrency: 2 });
  const code = work('code');
  const flow = defineWorkflow<number>('w', { concurrency: 1 })
    .step('one', { run: agent, input: ({ input }) => input })
    .step('two', { run: ({ input }) => code(input) })
    .step('three', { run: ({ input }) => code(input), after: ['one'] });

  for (let left = 6; left > 0; left--) {
    for (let burst = whole(sim, 1, 4); burst > 0; burst--) {
      const id = all.length;
      const kind = pick(sim, ['request', 'task', 'run'] as const);
      const timeout = whole(sim, 1, 40);
      const timed: Timed = { id, kind, dueAt: sim.clock.monotonic() + timeout, end: undefined };
      all.push(timed);
      let result: Promise<unknown>;
      if (kind === 'request') result = house.messages.request('r', id, { timeout });
      else if (kind === 'task') result = house.ask(agent, id, { timeout });
      else result = house.run(flow, id, { deadline: timeout });
      follow(sim, result, (end) => {
        ensure(timed.end === undefined, () => `${kind} ${id} ended twice`);
        timed.end = end;
        count(end.isOutput ? 'in time' : String(end.code));
        ended(timed, end);
      });
    }
    if (chance(sim, 0.7)) await sim.advance(whole(sim, 0, 30));
  }
  await sim.advance('1m');
  for (const { kind, id, end } of all) ensure(end !== undefined, () => `${kind} ${id} has no end`);
  return all;
}
