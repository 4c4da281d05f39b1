import assert from 'node:assert/strict';
import { atLeast, Coordinator, defineFlow, defineWorkflow } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { type Log, worker } from './work.ts';

// Instances of which so many are enough.

/** The outputs of the first `count`; rejects when one fails before. */
function firstOf<T>(count: number, members: readonly Promise<T>[]): Promise<T[]> {
  const first: T[] = [];
  return new Promise((resolve, reject) => {
    for (const member of members) {
      member.then((output) => {
        first.push(output);
        if (first.length === count) resolve([...first]);
      }, reject);
    }
  });
}

/** WCP-34 Static Partial Join for Multiple Instances: goes on after two of three; the third still runs to its end. */
export async function staticPartialJoin(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const poll = defineFlow('poll', async (flow) => {
    const asked = [3, 1, 2].map((seconds) =>
      flow.step(`person-${seconds}`, (context) => work(`person ${seconds}`, seconds)(undefined, context)),
    );
    // Who is first is chance, and what hangs on chance is a step: a flow that is resumed hears the same again.
    const first = await flow.step('enough', () => firstOf(2, asked));
    log.push('enough');
    return first;
  });

  const run = coordinator.start(poll, undefined);
  await clock.advance('2s');
  assert.deepEqual([log.at(-1), run.status], ['enough', 'running']);
  await clock.advance('1s');
  assert.deepEqual(await run.result, ['person 1', 'person 2']);
  assert.deepEqual(log.slice(-2), ['enough', 'person 3']);
}

/** WCP-35 Cancelling Partial Join for Multiple Instances: goes on after two of three, and stops the third. */
export async function cancellingInstances(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const search = defineWorkflow<readonly number[]>('search').forEach('found', {
    over: ({ input }) => input,
    run: (seconds: number, context) => work(`library ${seconds}`, seconds)(undefined, context),
    join: atLeast(2),
  });

  const run = coordinator.start(search, [9, 1, 2]);
  await clock.advance('2s');
  assert.deepEqual(await run.result, { found: [undefined, 'library 1', 'library 2'] });
  assert.equal(log.at(-1), '-library 9');
}

/** WCP-36 Dynamic Partial Join for Multiple Instances, one after the other: there are more until it is enough. */
export async function dynamicPartialJoin(): Promise<void> {
  await using coordinator = new Coordinator();
  const donation = defineFlow('donation', async (flow) => {
    let sum = 0;
    for (let n = 1; sum < 100; n++) {
      const pledge = await flow.waitFor<number>(`pledge-${n}`, 'pledge');
      sum += await flow.step(`paid-${n}`, () => pledge);
    }
    return sum;
  });

  const run = coordinator.start(donation, undefined);
  await run.accepted;
  for (const pledge of [40, 30, 50, 80]) await run.sendSignal('pledge', pledge);
  assert.equal(await run.result, 120);
}

/** WCP-42 Thread Split: one branch becomes several of the same kind. */
export async function threadSplit(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const seat = defineWorkflow<number>('seat')
    .step('cut', { run: work('cut', 1) })
    .step('sewn', { run: work('sewn', 1), after: ['cut'] });
  const car = defineWorkflow('car').forEach('seats', { over: () => [1, 2], run: seat });

  const run = coordinator.start(car, undefined);
  await clock.advance('2s');
  await run.result;
  assert.deepEqual(log, ['+cut', '+cut', 'cut', '+sewn', 'cut', '+sewn', 'sewn', 'sewn']);
}

/** WCP-41 Thread Merge: several branches of the same kind become one again. */
export async function threadMerge(): Promise<void> {
  await using coordinator = new Coordinator();
  const box = defineWorkflow<number>('box')
    .step('packed', { run: ({ input }) => input * 10 })
    .output(({ packed }) => packed);
  const move = defineWorkflow('move')
    .forEach('boxes', { over: () => [1, 2, 3], run: box })
    // One, whatever their number.
    .step('van', { run: ({ boxes }) => boxes.reduce((sum, kilos) => sum + kilos, 0), after: ['boxes'] })
    .output(({ van }) => van);

  assert.equal(await coordinator.run(move, undefined), 60);
}
