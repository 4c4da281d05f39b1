import assert from 'node:assert/strict';
import { before, CancelledError, Coordinator, defineWorkflow, signal } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { type Log, worker } from './work.ts';

// What is under way is stopped: its code hears of it by its signal.

/** WCP-19 Cancel Activity: one step is stopped, and the run goes on. */
export async function cancelActivity(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const booking = defineWorkflow('booking')
    .race('search', { members: { found: { run: work('search', 60) }, stopped: { run: signal('enough') } } })
    .step('next', { run: ({ search }) => search.winner, after: ['search'] })
    .output(({ next }) => next);

  const run = coordinator.start(booking, undefined);
  await clock.advance('1s');
  await run.sendSignal('enough');
  assert.equal(await run.result, 'stopped');
  assert.deepEqual(log, ['+search', '-search']);
}

/** WCP-20 Cancel Case: the whole run is stopped, with everything under it. */
export async function cancelCase(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const part = defineWorkflow<undefined>('part').step('wall', { run: work('wall', 60) });
  const house = defineWorkflow('house')
    .step('roof', { run: work('roof', 60) })
    .step('walls', { run: part, input: () => undefined })
    .step('keys', { run: () => log.push('keys'), after: ['roof', 'walls'] });

  const run = coordinator.start(house, undefined);
  await clock.advance('1s');
  run.cancel('the client is broke');
  await assert.rejects(run.result, CancelledError);
  assert.equal(run.status, 'cancelled');
  assert.deepEqual(log.slice(2).toSorted(), ['-roof', '-wall']);
}

/** WCP-25 Cancel Region: some steps of a run are stopped together; they are a workflow of their own. */
export async function cancelRegion(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const region = defineWorkflow<undefined>('by-train')
    .step('seat', { run: work('seat', 60) })
    .step('meal', { run: work('meal', 60) });
  const trip = defineWorkflow('trip')
    .step('visa', { run: work('visa', 5) })
    .race('ticket', {
      members: { train: { run: region, input: () => undefined }, strike: { run: signal('strike') } },
    })
    .output(({ ticket, visa }) => `${ticket.winner}, ${visa}`);

  const run = coordinator.start(trip, undefined);
  await clock.advance('1s');
  await run.sendSignal('strike');
  await clock.advance('4s');
  assert.equal(await run.result, 'strike, visa');
  assert.deepEqual(log.slice(3), ['-seat', '-meal', 'visa']);
}

/** WCP-26 Cancel Multiple Instance Activity: instances that have not ended are stopped; those that have stay done. */
export async function cancelInstances(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const testing = defineWorkflow<readonly number[]>('testing').forEach('samples', {
    over: ({ input }) => input,
    run: (seconds: number, context) => work(`sample ${seconds}`, seconds)(undefined, context),
  });
  const study = defineWorkflow<readonly number[]>('study').race('end', {
    members: { done: { run: testing, input: ({ input }) => input }, stopped: { run: signal('stop') } },
  });

  const run = coordinator.start(study, [1, 60, 90]);
  await clock.advance('2s');
  await run.sendSignal('stop');
  assert.equal((await run.result).end.winner, 'stopped');
  assert.deepEqual(log.slice(3), ['sample 1', '-sample 60', '-sample 90']);
}

/** WCP-27 Complete Multiple Instance Activity, at a time: the run goes on with the instances that have completed. */
export async function completeInstances(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const census = defineWorkflow<readonly number[]>('census')
    .forEach('houses', {
      over: ({ input }) => input,
      run: (seconds: number, context) => work(`house ${seconds}`, seconds)(undefined, context),
      join: before('10s'),
    })
    .step('counted', { run: ({ houses }) => houses.filter(Boolean), after: ['houses'] })
    .output(({ counted }) => counted);

  const run = coordinator.start(census, [60, 5, 9]);
  await clock.advance('10s');
  assert.deepEqual(await run.result, ['house 5', 'house 9']);
  assert.equal(log.at(-1), '-house 60');
}
