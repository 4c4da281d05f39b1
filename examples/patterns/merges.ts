import assert from 'node:assert/strict';
import { Coordinator, defineFlow, defineWorkflow } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { type Log, worker } from './work.ts';

// Several branches of which some are taken, and how they come together.

/** WCP-6 Multi-Choice: any number of branches is taken. */
export async function multiChoice(): Promise<void> {
  await using coordinator = new Coordinator();
  const alarm = defineWorkflow<{ fire: boolean; hurt: boolean }>('alarm')
    .step('engine', { run: () => 'fire engine', when: ({ input }) => input.fire })
    .step('ambulance', { run: () => 'ambulance', when: ({ input }) => input.hurt })
    .step('police', { run: () => 'police' });

  assert.deepEqual(await coordinator.run(alarm, { fire: true, hurt: true }), {
    engine: 'fire engine',
    ambulance: 'ambulance',
    police: 'police',
  });
  assert.deepEqual(await coordinator.run(alarm, { fire: false, hurt: false }), { police: 'police' });
}

/** WCP-7 Structured Synchronizing Merge: waits for the branches that were taken, and for no others. */
export async function structuredSynchronizingMerge(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const work = worker(clock);
  const review = defineWorkflow<{ law: boolean; money: boolean }>('review')
    .step('lawyers', { run: work('lawyers', 9), when: ({ input }) => input.law })
    .step('bankers', { run: work('bankers', 2), when: ({ input }) => input.money })
    .step('verdict', {
      run: ({ lawyers, bankers }) => [lawyers, bankers].filter((team) => team !== undefined),
      after: ['lawyers', 'bankers'],
    })
    .output(({ verdict }) => verdict);

  const quick = coordinator.start(review, { law: false, money: true });
  const both = coordinator.start(review, { law: true, money: true });
  await clock.advance('2s');
  assert.deepEqual(await quick.result, ['bankers']);
  assert.equal(both.status, 'running');
  await clock.advance('7s');
  assert.deepEqual(await both.result, ['lawyers', 'bankers']);
}

/** WCP-8 Multi-Merge: what follows runs once for each branch that comes in, as often as any does. */
export async function multiMerge(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const inspection = defineFlow('inspection', async (flow) => {
    // What two branches have in common is a function that both go on with. Steps have ids of their own in each.
    const branch = async (part: string, seconds: number): Promise<string> => {
      const found = await flow.step(part, (context) => work(part, seconds)(undefined, context));
      return flow.step(`${part}-report`, (context) => work(`report on ${found}`, 1)(undefined, context));
    };
    return Promise.all([branch('brakes', 1), branch('engine', 5)]);
  });

  const run = coordinator.start(inspection, undefined);
  await clock.advance('2s');
  assert.equal(log.at(-1), 'report on brakes', 'it did not wait for the engine');
  await clock.advance('4s');
  assert.deepEqual(await run.result, ['report on brakes', 'report on engine']);
}

/** WCP-37 Local Synchronizing Merge: as WCP-7, in a graph whose branches do not pair up. */
export async function localSynchronizingMerge(): Promise<void> {
  await using coordinator = new Coordinator();
  const loan = defineWorkflow<{ sum: number; known: boolean }>('loan')
    .step('score', { run: ({ input }) => input.sum / 10, when: ({ input }) => !input.known })
    .step('pledge', { run: ({ input }) => `pledge of ${input.sum}`, when: ({ input }) => input.sum > 100 })
    // Leaves the branch of the score and comes in at the end beside it.
    .step('visit', {
      run: ({ score = 0 }) => `visit for ${score}`,
      after: ['score'],
      when: ({ score = 0 }) => score > 50,
    })
    .step('offer', {
      run: ({ score, pledge, visit }) => [score, pledge, visit].filter((part) => part !== undefined),
      after: ['score', 'pledge', 'visit'],
    })
    .output(({ offer }) => offer);

  assert.deepEqual(await coordinator.run(loan, { sum: 90, known: true }), []);
  assert.deepEqual(await coordinator.run(loan, { sum: 200, known: false }), [20, 'pledge of 200']);
  assert.deepEqual(await coordinator.run(loan, { sum: 900, known: false }), [
    90,
    'pledge of 900',
    'visit for 90',
  ]);
}

/** WCP-38 General Synchronizing Merge, as far as it goes: a branch that loops is one step to the merge. */
export async function generalSynchronizingMerge(): Promise<void> {
  await using coordinator = new Coordinator();
  const letter = defineWorkflow<{ written: boolean; stamped: boolean }>('letter')
    .repeat('draft', {
      run: (draft: number) => draft,
      input: ({ round }) => round,
      until: (draft) => draft === 3,
      most: 10,
      when: ({ input }) => input.written,
    })
    .step('stamp', { run: () => 'stamp', when: ({ input }) => input.stamped })
    .step('sent', { run: ({ draft, stamp }) => ({ draft, stamp }), after: ['draft', 'stamp'] })
    .output(({ sent }) => sent);

  const whole = await coordinator.run(letter, { written: true, stamped: true });
  assert.deepEqual(whole, { draft: 3, stamp: 'stamp' });
  const empty = await coordinator.run(letter, { written: false, stamped: false });
  assert.deepEqual(empty, { draft: undefined, stamp: undefined });
}
