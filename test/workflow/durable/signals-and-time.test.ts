import { expect, it } from 'vitest';
import {
  Coordinator,
  defineWorkflow,
  type Journal,
  memoryStore,
  type Store,
  signal,
  sleep,
} from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';

/** A store whose appends are answered after 50 ms. */
function slowStore(clock: FakeClock): Store {
  const { durability, journal, records, close } = memoryStore({ clock });
  const append: Journal['append'] = async (...values) => {
    const last = await journal.append(...values);
    await new Promise<void>((resolve) => void clock.schedule(resolve, 50));
    return last;
  };
  const slow: Journal = {
    append,
    read: (...values) => journal.read(...values),
    truncate: (...values) => journal.truncate(...values),
    delete: (...values) => journal.delete(...values),
    list: (...values) => journal.list(...values),
  };
  return { durability, journal: slow, records, close };
}

it('a step that has taken a signal completes with it, also when its time is up before that is stored', async () => {
  const clock = new FakeClock();
  const flow = defineWorkflow('flow').step('go', {
    run: signal('go'),
    policy: { timeout: 1_000 },
    onFailure: { value: 'timed out' },
  });
  const coordinator = new Coordinator({ store: slowStore(clock), clock });
  const run = coordinator.start(flow, undefined, { id: 'r' });
  await clock.advance(980);
  const sent = run.sendSignal('go', 'now');
  await clock.advance(1_000);
  await sent;
  await expect(run.result).resolves.toEqual({ go: 'now' });
});

it('signals that were taken do not count among those that wait, also under a new owner', async () => {
  const clock = new FakeClock();
  const store = memoryStore({ clock });
  const flow = defineWorkflow('flow')
    .forEach('each', { over: () => Array.from({ length: 600 }, (_, item) => item), run: signal('go') })
    .step('end', { after: ['each'], run: signal('end') });
  const workflows = { definitions: [flow] };
  const first = new Coordinator({ store, clock, workflows });
  const run = first.start(flow, undefined, { id: 'r' });
  await clock.advance(10);
  for (let sent = 0; sent < 600; sent++) await run.sendSignal('go');
  await clock.advance(10);
  await first.close();

  const second = new Coordinator({ store, clock, workflows });
  const { resumed } = await second.resume();
  await clock.advance(10);
  for (let sent = 0; sent < 900; sent++) await resumed[0]!.sendSignal('other');
  await second.close();
});

it('a rejection also cancels a gate whose opening is not stored yet', async () => {
  const clock = new FakeClock();
  const flow = defineWorkflow('flow')
    .gate('a', { ask: 'May it?', onReject: 'cancel-siblings' })
    .step('wait', { run: sleep(980) })
    .gate('b', { after: ['wait'], ask: 'And this?' });
  const coordinator = new Coordinator({ store: slowStore(clock), clock });
  const run = coordinator.start(flow, undefined, { id: 'r' });
  await clock.advance(1_000);
  // The timer has rung, and that it has is on its way into the store, with the opening of the second gate.
  const decided = run.decide('a', { approved: false });
  await clock.advance(1_000);
  await decided;
  await expect(run.result).rejects.toMatchObject({ code: 'RUN_FAILED' });
  expect(coordinator.workflows.pending()).toEqual([]);
});
