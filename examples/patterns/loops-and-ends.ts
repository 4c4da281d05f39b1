import assert from 'node:assert/strict';
import { Coordinator, defineFlow, defineWorkflow, type Flow } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { type Log, worker } from './work.ts';

// Things that are done again, and when a run is over.

/** WCP-10 Arbitrary Cycles: a loop with more than one way in or out. */
export async function arbitraryCycles(): Promise<void> {
  await using coordinator = new Coordinator();
  // The places of the process, and for each the next: from any to any other.
  const places: Record<string, (visit: number) => string> = {
    drafted: () => 'checked',
    checked: (visit) => (visit < 3 ? 'drafted' : 'printed'), // back
    printed: (visit) => (visit < 6 ? 'checked' : 'published'), // back into the middle
  };
  const article = defineFlow('article', async (flow) => {
    const way = ['drafted'];
    for (let at = 'drafted'; at !== 'published'; way.push(at)) {
      const next = places[at]!;
      const visit = way.length;
      at = await flow.step(`${at}-${visit}`, () => next(visit));
    }
    return way.join(' ');
  });

  assert.equal(
    await coordinator.run(article, undefined),
    'drafted checked drafted checked printed checked printed published',
  );
}

/** WCP-21 Structured Loop: a part is done again while a condition says so. */
export async function structuredLoop(): Promise<void> {
  await using coordinator = new Coordinator();
  const polish = defineWorkflow<string>('polish')
    .repeat('text', {
      run: (text: string) => text.replace('very ', ''),
      input: ({ input, previous = input }) => previous,
      until: (text) => !text.includes('very '), // looked at after each round
      most: 10,
    })
    .output(({ text }) => text);
  assert.equal(await coordinator.run(polish, 'a very very very old house'), 'a old house');

  // A condition that is looked at before each round is a loop in a flow.
  const climb = defineFlow('climb', async (flow, stairs: number) => {
    let height = 0;
    while (height < stairs) height += await flow.step(`stair-${height}`, () => 1);
    return height;
  });
  assert.equal(await coordinator.run(climb, 0), 0);
  assert.equal(await coordinator.run(climb, 3), 3);
}

/** WCP-22 Recursion: a workflow that runs itself. */
export async function recursion(): Promise<void> {
  interface Folder {
    readonly files: number;
    readonly folders: readonly Folder[];
  }
  await using coordinator = new Coordinator();
  const count: Flow<Folder, number> = defineFlow('count', async (flow, { files, folders }: Folder) => {
    const below = await Promise.all(folders.map((folder, i) => flow.step(`folder-${i}`, count, folder)));
    return below.reduce((sum, more) => sum + more, files);
  });

  const leaf = { files: 3, folders: [] };
  const tree = { files: 1, folders: [leaf, { files: 2, folders: [leaf, leaf] }] };
  assert.equal(await coordinator.run(count, tree), 12);
}

/** WCP-11 Implicit Termination: a run is over when nothing is left to do, and no step has to say so. */
export async function implicitTermination(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const work = worker(clock);
  const party = defineWorkflow('party')
    .step('music', { run: work('music', 3) })
    .step('food', { run: work('food', 5) });

  const run = coordinator.start(party, undefined);
  await clock.advance('4s');
  assert.equal(run.status, 'running');
  await clock.advance('1s');
  assert.deepEqual(await run.result, { music: 'music', food: 'food' });
  assert.equal(run.status, 'completed');
}

/** WCP-43 Explicit Termination: a run is over, and well, when one step says so; what is under way is stopped. */
export async function explicitTermination(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const log: Log = [];
  const work = worker(clock, log);
  const rescue = defineWorkflow('rescue')
    .step('boats', { run: work('boats', 60) })
    .step('divers', { run: work('divers', 3) })
    .step('planes', { run: work('planes', 1) })
    .step('radio', { run: work('radio', 60), after: ['planes'] })
    .step('over', {
      run: ({ divers = 'somebody' }) => `found by ${divers}`,
      after: ['boats', 'divers', 'radio'],
      join: 'any',
    })
    .output(({ over }) => over);

  const run = coordinator.start(rescue, undefined);
  await clock.advance('3s');
  assert.equal(await run.result, 'found by divers');
  assert.deepEqual(log.slice(-3), ['divers', '-boats', '-radio']);
}
