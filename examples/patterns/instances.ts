import assert from 'node:assert/strict';
import { Coordinator, defineFlow, defineWorkflow } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { type Log, worker } from './work.ts';

// One piece of work that is done several times at once.

/** WCP-12 Multiple Instances without Synchronization: nothing waits for the instances but the end of the run. */
export async function withoutSynchronization(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const fine = defineWorkflow<readonly string[]>('fine')
    .step('recorded', { run: work('recorded', 1) })
    .forEach('letters', {
      over: ({ input }) => input,
      run: (person: string, context) => work(`letter to ${person}`, 9)(undefined, context),
      after: ['recorded'],
    })
    // Does not name the letters: it starts with them.
    .step('closed', { run: work('closed', 1), after: ['recorded'] });

  const run = coordinator.start(fine, ['ada', 'bob']);
  await clock.advance('10s');
  await run.result;
  assert.deepEqual(log.slice(-3), ['closed', 'letter to ada', 'letter to bob']);
}

/** WCP-13 Multiple Instances with a Priori Design-Time Knowledge: their number stands in the definition. */
export async function designTimeKnowledge(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const work = worker(clock);
  const report = defineWorkflow('report')
    .forEach('signatures', {
      over: () => [1, 2, 3],
      run: (n: number, context) => work(`${n}`, n)(n, context),
    })
    .step('filed', { run: ({ signatures }) => signatures.join(), after: ['signatures'] })
    .output(({ filed }) => filed);

  const run = coordinator.start(report, undefined);
  await clock.advance('3s'); // at the same time
  assert.equal(await run.result, '1,2,3');
}

/** WCP-14 Multiple Instances with a Priori Run-Time Knowledge: their number is known when the first starts. */
export async function runTimeKnowledge(): Promise<void> {
  await using coordinator = new Coordinator();
  const shipping = defineWorkflow<string>('shipping')
    .step('parcels', { run: ({ input }) => input.split(' ') })
    .forEach('labels', {
      over: ({ parcels }) => parcels,
      run: async (parcel: string) => `label of ${parcel}`,
      after: ['parcels'],
      concurrency: 2,
    })
    .output(({ labels }) => labels); // in the order of the parcels, whichever is first

  assert.deepEqual(await coordinator.run(shipping, 'lamp chair desk'), [
    'label of lamp',
    'label of chair',
    'label of desk',
  ]);
}

/** WCP-15 Multiple Instances without a Priori Run-Time Knowledge: there may be one more while others are under way. */
export async function noKnowledge(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const work = worker(clock);
  const accident = defineFlow('accident', async (flow) => {
    const statements: Promise<string>[] = [];
    for (let n = 1; ; n++) {
      const witness = await flow.waitFor<string>(`news-${n}`, 'witness');
      if (witness === 'no more') return Promise.all(statements);
      statements.push(flow.step(`statement-${n}`, (context) => work(witness, 5)(undefined, context)));
    }
  });

  const run = coordinator.start(accident, undefined);
  await run.accepted;
  await run.sendSignal('witness', 'ada');
  await clock.advance('3s');
  await run.sendSignal('witness', 'bob'); // ada is still talking
  await clock.advance('1s');
  await run.sendSignal('witness', 'no more');
  await clock.advance('4s');
  assert.deepEqual(await run.result, ['ada', 'bob']);
}
