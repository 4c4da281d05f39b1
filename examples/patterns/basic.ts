import assert from 'node:assert/strict';
import { Coordinator, defineWorkflow } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { type Log, worker } from './work.ts';

// Steps one after the other, at the same time, and one of several.

/** WCP-1 Sequence: a step starts when the one before it has completed. */
export async function sequence(): Promise<void> {
  await using coordinator = new Coordinator();
  const price = defineWorkflow<number>('price')
    .step('net', { run: ({ input }) => input * 100 })
    .step('gross', { run: ({ net }) => net * 1.2, after: ['net'] })
    .output(({ gross }) => gross);

  assert.equal(await coordinator.run(price, 2), 240);
}

/** WCP-2 Parallel Split: several steps start after the same one, and run at the same time. */
export async function parallelSplit(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const order = defineWorkflow('order')
    .step('paid', { run: work('paid', 1) })
    .step('packed', { run: work('packed', 2), after: ['paid'] })
    .step('billed', { run: work('billed', 3), after: ['paid'] });

  const run = coordinator.start(order, undefined);
  await clock.advance('4s'); // not six
  await run.result;
  assert.deepEqual(log, ['+paid', 'paid', '+packed', '+billed', 'packed', 'billed']);
}

/** WCP-3 Synchronization: a step starts when all the steps before it have completed. */
export async function synchronization(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const trip = defineWorkflow('trip')
    .step('flight', { run: work('flight', 5) })
    .step('hotel', { run: work('hotel', 1) })
    .step('itinerary', { run: ({ flight, hotel }) => `${flight} and ${hotel}`, after: ['flight', 'hotel'] })
    .output(({ itinerary }) => itinerary);

  const run = coordinator.start(trip, undefined);
  await clock.advance('4s');
  assert.equal(run.snapshot().steps[2]?.status, 'pending');
  await clock.advance('1s');
  assert.equal(await run.result, 'flight and hotel');
}

/** WCP-4 Exclusive Choice: exactly one of several branches is taken. */
export async function exclusiveChoice(): Promise<void> {
  await using coordinator = new Coordinator();
  const post = defineWorkflow<{ country: string; weight: number }>('post')
    .branch('price', {
      on: ({ input }) => input.country,
      cases: {
        pt: { run: ({ input }) => input.weight * 3 },
        es: { run: ({ input }) => input.weight * 5 },
      },
      otherwise: { run: ({ input }) => input.weight * 20 },
    })
    .output(({ price }) => price);

  const countries = ['pt', 'es', 'jp'];
  const prices = await Promise.all(countries.map((country) => coordinator.run(post, { country, weight: 2 })));
  assert.deepEqual(prices, [6, 10, 40]);
}

/** WCP-5 Simple Merge: what follows starts after whichever branch was taken, and waits for no other. */
export async function simpleMerge(): Promise<void> {
  await using coordinator = new Coordinator();
  const claim = defineWorkflow<{ sum: number }>('claim')
    .step('checked', { run: () => 'by an expert', when: ({ input }) => input.sum > 1_000 })
    .step('waved', { run: () => 'by nobody', when: ({ input }) => input.sum <= 1_000 })
    // A branch that is not taken is skipped, and its key is missing.
    .step('filed', { run: ({ checked, waved }) => checked ?? waved, after: ['checked', 'waved'] })
    .output(({ filed }) => filed);

  assert.equal(await coordinator.run(claim, { sum: 5_000 }), 'by an expert');
  assert.equal(await coordinator.run(claim, { sum: 50 }), 'by nobody');
}
