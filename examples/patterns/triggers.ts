import assert from 'node:assert/strict';
import { Coordinator, defineWorkflow, memoryStore, signal } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { type Log, worker } from './work.ts';

// Something outside sets a step going.

/** WCP-23 Transient Trigger: counts when a step waits for it at that moment, and is lost otherwise. */
export async function transientTrigger(): Promise<void> {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ clock });
  const work = worker(clock);
  const launch = defineWorkflow('launch')
    .step('fuelled', { run: work('fuelled', 5) })
    .gate('go', { ask: 'Is the sky clear now?', after: ['fuelled'] })
    .output(({ go }) => go.comment);

  const run = coordinator.start(launch, undefined);
  await clock.advance('1s');
  // Whoever is too early is told, and has to come again.
  await assert.rejects(run.decide('go', { approved: true, comment: 'early' }), { code: 'GATE_NOT_OPEN' });
  await clock.advance('4s');
  await run.decide('go', { approved: true, comment: 'in time' });
  assert.equal(await run.result, 'in time');
}

/** WCP-24 Persistent Trigger: is kept until a step takes it, also over the end of the process. */
export async function persistentTrigger(): Promise<void> {
  const clock = new FakeClock();
  const store = memoryStore({ clock }); // stands for sqliteStore of cadre/sqlite
  const log: Log = [];
  const work = worker(clock, log);
  const rent = defineWorkflow<string>('rent')
    .step('contract', { run: work('contract', 5) })
    .step('paid', { run: signal<number>('payment'), after: ['contract'] })
    .output(({ paid }) => paid);

  const today = new Coordinator({ clock, store, workflows: { definitions: [rent] } });
  const run = today.start(rent, 'flat 3', { id: 'flat-3' });
  await run.accepted; // its start is in the store
  await run.sendSignal('payment', 700); // before there is a contract
  await today.close(); // runs in a store are suspended

  await using tomorrow = new Coordinator({ clock, store, workflows: { definitions: [rent] } });
  const { resumed } = await tomorrow.resume();
  await clock.advance('5s');
  assert.equal(await resumed[0]?.result, 700);
}
