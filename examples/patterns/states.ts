import assert from 'node:assert/strict';
import { Coordinator, defineAgent, defineWorkflow, signal, sleep } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { type Log, worker } from './work.ts';

// What may happen depends on where things stand.

/** WCP-16 Deferred Choice: whatever happens first outside decides which branch it is. */
export async function deferredChoice(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const offer = defineWorkflow('offer')
    .race('answer', {
      members: {
        accepted: { run: signal<string>('accept') },
        declined: { run: signal<string>('decline') },
        expired: { run: sleep('24h') },
      },
    })
    .output(({ answer }) => answer);

  const taken = coordinator.start(offer, undefined);
  const forgotten = coordinator.start(offer, undefined);
  await taken.accepted;
  await taken.sendSignal('accept', 'gladly');
  assert.deepEqual(await taken.result, { winner: 'accepted', output: 'gladly' });
  await clock.advance('24h');
  assert.deepEqual(await forgotten.result, { winner: 'expired', output: undefined });
}

/** WCP-17 Interleaved Parallel Routing: no two at the same time, and each chain in its order. */
export async function interleavedParallelRouting(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const checkup = defineWorkflow('checkup', { concurrency: 1 })
    .step('blood', { run: work('blood', 1) })
    .step('eyes', { run: work('eyes', 1) })
    .step('blood-count', { run: work('blood-count', 1), after: ['blood'] })
    .step('glasses', { run: work('glasses', 1), after: ['eyes'] });

  const run = coordinator.start(checkup, undefined);
  await clock.advance('4s');
  await run.result;
  const order = log.filter((line) => !line.startsWith('+'));
  // Each has ended before the next begins.
  assert.deepEqual(
    log,
    order.flatMap((name) => [`+${name}`, name]),
  );
  assert.ok(order.indexOf('blood') < order.indexOf('blood-count'));
  assert.ok(order.indexOf('eyes') < order.indexOf('glasses'));
}

/** WCP-40 Interleaved Routing: no two at the same time, in any order. */
export async function interleavedRouting(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const inventory = defineWorkflow('inventory').forEach('rooms', {
    over: () => ['cellar', 'kitchen', 'attic'],
    run: (room: string, context) => work(room, 1)(undefined, context),
    concurrency: 1,
  });

  const run = coordinator.start(inventory, undefined);
  await clock.advance('3s');
  assert.deepEqual((await run.result).rooms.toSorted(), ['attic', 'cellar', 'kitchen']);
  for (let at = 0; at < 6; at += 2) assert.equal(log[at], `+${log[at + 1]}`);
}

/** WCP-18 Milestone: something is possible from one point on, and until another is reached. */
export async function milestone(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const change = defineWorkflow<number>('change')
    .step('wish', { run: signal<string>('change') })
    .step('made', { run: ({ wish }) => log.push(wish), after: ['wish'] });
  const order = defineWorkflow('order')
    .step('placed', { run: () => log.push('placed') })
    .step('picked', { run: work('picked', 60), after: ['placed'] })
    // As many changes as there are while it is picked: this never ends by itself.
    .repeat('changes', {
      run: change,
      input: ({ round }) => round,
      until: () => false,
      most: 100,
      after: ['placed'],
    })
    .step('sent', { run: () => log.push('sent'), after: ['picked', 'changes'], join: 'any' });

  const run = coordinator.start(order, undefined);
  await clock.advance('10s');
  await run.sendSignal('change', 'green');
  await run.sendSignal('change', 'blue');
  await clock.advance('50s');
  await run.result;
  assert.deepEqual(log, ['placed', '+picked', 'green', 'blue', 'picked', 'sent']);
  await assert.rejects(run.sendSignal('change', 'red'), { code: 'RUN_NOT_ACTIVE' });
}

/** WCP-39 Critical Section, as one step for an agent that has one pair of hands: over all runs, no two at a time. */
export async function criticalSection(): Promise<void> {
  const clock = new FakeClock();
  const log: Log = [];
  const work = worker(clock, log);
  const crane = defineAgent('crane', {
    concurrency: 1,
    handle: async (load: string, context) => {
      await work(`lift ${load}`, 1)(undefined, context);
      return work(`lower ${load}`, 1)(undefined, context);
    },
  });
  await using coordinator = new Coordinator({ clock, agents: [crane] });
  const unload = defineWorkflow<string>('unload')
    .step('moved', { run: crane, input: ({ input }) => input })
    .output(({ moved }) => moved);

  const runs = ['cars', 'corn'].map((load) => coordinator.start(unload, load));
  await clock.advance('4s');
  await Promise.all(runs.map(({ result }) => result));
  const order = log.filter((line) => !line.startsWith('+'));
  assert.deepEqual(order, ['lift cars', 'lower cars', 'lift corn', 'lower corn']);
}
