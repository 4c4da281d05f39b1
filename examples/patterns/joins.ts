import assert from 'node:assert/strict';
import { atLeast, Coordinator, defineFlow, defineWorkflow } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { type Log, worker } from './work.ts';

// Branches of which the first, or so many, are enough. The rest is stopped, unless somebody else needs it.

/** WCP-9 Structured Discriminator: goes on after the first branch; the others still run to their ends. */
export async function structuredDiscriminator(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const hearing = defineWorkflow('hearing')
    .step('ada', { run: work('ada', 3) })
    .step('bob', { run: work('bob', 1) })
    .step('announce', {
      run: ({ ada, bob }) => log.push(`heard ${ada ?? bob}`),
      after: ['ada', 'bob'],
      join: 'any',
    })
    // Needs them all: that is why nobody is stopped, and the run ends when all have been heard.
    .step('minutes', { run: ({ ada, bob }) => `${ada}, ${bob}`, after: ['ada', 'bob'] })
    .output(({ minutes }) => minutes);

  const run = coordinator.start(hearing, undefined);
  await clock.advance('3s');
  assert.equal(await run.result, 'ada, bob');
  assert.deepEqual(log, ['+ada', '+bob', 'bob', 'heard bob', 'ada']);
}

/** WCP-28 Blocking Discriminator, for rounds: the next round begins when all branches of the one before have ended. */
export async function blockingDiscriminator(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const patrol = defineWorkflow<number>('patrol')
    .step('north', { run: work('north', 1) })
    .step('south', { run: work('south', 2) })
    .step('lamp', { run: () => log.push('lamp'), after: ['north', 'south'], join: 'any' })
    .step('home', { run: ({ input }) => input, after: ['north', 'south'] })
    .output(({ home }) => home);
  const night = defineWorkflow('night').repeat('watch', {
    run: patrol,
    input: ({ round }) => round,
    until: (round) => round === 2,
    most: 2,
  });

  const run = coordinator.start(night, undefined);
  await clock.advance('4s');
  assert.deepEqual(await run.result, { watch: 2 });
  const round = ['+north', '+south', 'north', 'lamp', 'south'];
  assert.deepEqual(log, [...round, ...round]);
}

/** WCP-29 Cancelling Discriminator: goes on after the first branch, and stops the others. */
export async function cancellingDiscriminator(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const quote = defineWorkflow('quote')
    .step('near', { run: work('near', 1) })
    .step('far', { run: work('far', 60) })
    .step('order', { run: ({ near, far }) => near ?? far, after: ['near', 'far'], join: 'any' })
    .output(({ order }) => order);

  const run = coordinator.start(quote, undefined);
  await clock.advance('1s');
  assert.equal(await run.result, 'near');
  assert.deepEqual(log, ['+near', '+far', 'near', '-far']);
}

/** WCP-30 Structured Partial Join: goes on after two of three; the third still runs to its end. */
export async function structuredPartialJoin(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const paper = defineWorkflow('paper')
    .step('first', { run: work('first', 1) })
    .step('second', { run: work('second', 2) })
    .step('third', { run: work('third', 9) })
    .step('decision', {
      run: ({ first, second, third }) => log.push(`after ${[first, second, third].filter(Boolean)}`),
      after: ['first', 'second', 'third'],
      join: atLeast(2),
    })
    .step('archive', { run: () => 'archived', after: ['first', 'second', 'third'] })
    .output(({ archive }) => archive);

  const run = coordinator.start(paper, undefined);
  await clock.advance('9s');
  assert.equal(await run.result, 'archived');
  assert.deepEqual(log.slice(3), ['first', 'second', 'after first,second', 'third']);
}

/** WCP-31 Blocking Partial Join, for rounds: as WCP-30, and the next round waits for the stragglers of this one. */
export async function blockingPartialJoin(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const vote = defineWorkflow<number>('vote')
    .step('a', { run: work('a', 1) })
    .step('b', { run: work('b', 2) })
    .step('c', { run: work('c', 3) })
    .step('carried', { run: () => log.push('carried'), after: ['a', 'b', 'c'], join: atLeast(2) })
    .step('counted', { run: ({ input }) => input, after: ['a', 'b', 'c'] })
    .output(({ counted }) => counted);
  const session = defineWorkflow('session').forEach('votes', {
    over: () => [1, 2],
    run: vote,
    concurrency: 1, // the next one waits for the end of the one before
  });

  const run = coordinator.start(session, undefined);
  await clock.advance('6s');
  assert.deepEqual(await run.result, { votes: [1, 2] });
  const round = ['+a', '+b', '+c', 'a', 'b', 'carried', 'c'];
  assert.deepEqual(log, [...round, ...round]);
}

/** WCP-32 Cancelling Partial Join: goes on after two of three, and stops the third. */
export async function cancellingPartialJoin(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const bids = defineWorkflow('bids')
    .step('a', { run: work('a', 2) })
    .step('b', { run: work('b', 60) })
    .step('c', { run: work('c', 1) })
    .step('best', { run: ({ a, b, c }) => [a, b, c], after: ['a', 'b', 'c'], join: atLeast(2) })
    .output(({ best }) => best);

  const run = coordinator.start(bids, undefined);
  await clock.advance('2s');
  assert.deepEqual(await run.result, ['a', undefined, 'c']);
  assert.equal(log.at(-1), '-b');
}

/** WCP-33 Generalized AND-Join, with signals as branches: what comes too often is kept for the next time. */
export async function generalizedAndJoin(): Promise<void> {
  await using coordinator = new Coordinator();
  const assembly = defineFlow('assembly', async (flow) => {
    const bicycles: string[] = [];
    for (let round = 1; round <= 2; round++) {
      const [frame, wheels] = await Promise.all([
        flow.waitFor<string>(`frame-${round}`, 'frame'),
        flow.waitFor<string>(`wheels-${round}`, 'wheels'),
      ]);
      bicycles.push(`${frame} with ${wheels}`);
    }
    return bicycles;
  });

  const run = coordinator.start(assembly, undefined);
  await run.accepted;
  await run.sendSignal('frame', 'red');
  await run.sendSignal('frame', 'blue'); // before there are wheels for the first
  await run.sendSignal('wheels', 'thin wheels');
  await run.sendSignal('wheels', 'fat wheels');
  assert.deepEqual(await run.result, ['red with thin wheels', 'blue with fat wheels']);
}
