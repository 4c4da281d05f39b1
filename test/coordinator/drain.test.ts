import { expect, it } from 'vitest';
import { ClosedError, defineAgent, defineWorkflow } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { rejection, watch } from '../support/outcome.ts';
import { startHouse, takes, untilAborted } from '../support/workflows.ts';

it('lets what is under way finish for as long as drain says, and takes nothing new meanwhile', async () => {
  const slow = defineAgent('slow', { handle: () => takes(clock, 300, 'done')() });
  const { clock, house } = startHouse({ agents: [slow] });
  const asked = house.ask(slow, undefined);
  await clock.settle();
  const closed = watch(house.close({ drain: '1s' }));
  await clock.advance(100);

  expect(await rejection(house.ask(slow, undefined))).toBeInstanceOf(ClosedError);
  expect(closed.state).toBe('pending');
  await clock.advance(200);
  expect(await asked).toBe('done');
  expect(closed.value).toEqual({ drained: 1, cancelled: 0, abandoned: [] });
  expect(clock.monotonic()).toBe(300);
  expectAtRest(house, clock);
});

it('lets a run go on to its end: next steps, nested runs, nested asks and tasks that wait', async () => {
  const slow = defineAgent('slow', { handle: (n: number) => takes(clock, 100, n)() });
  const { clock, house } = startHouse({ agents: [slow] });
  const inner = defineWorkflow('inner').step('s', { run: slow, input: () => 1 });
  const outer = defineWorkflow('outer')
    .step('a', { run: slow, input: () => 1 })
    .step('waits', { run: slow, input: () => 2 })
    .step('nested', { run: inner, input: () => undefined, after: ['a'] })
    .step('asks', { run: (_scope, { ask }) => ask(slow, 3), after: ['nested'] });
  const run = house.start(outer, undefined);
  const closed = watch(house.close({ drain: '10s' }));
  await clock.advance(1_000);

  expect(run.status).toBe('completed');
  expect(closed.value).toEqual({ drained: 1, cancelled: 0, abandoned: [] });
});

it('cancels what is left when the time is up, at that very moment', async () => {
  const slow = defineAgent('slow', { concurrency: 9, handle: (ms: number) => takes(clock, ms, ms)() });
  const { clock, house } = startHouse({ agents: [slow], grace: 0 });
  const [quick, late] = [watch(house.ask(slow, 100)), watch(house.ask(slow, 900))];
  const run = house.start(defineWorkflow('w').step('s', { run: untilAborted }), undefined);
  const failed = rejection(run.result);
  await clock.settle();
  const closed = watch(house.close({ drain: 500 }));
  await clock.advance(499);
  expect([quick.state, late.state, run.status]).toEqual(['fulfilled', 'pending', 'running']);
  await clock.advance(1);

  expect([late.state, run.status]).toEqual(['rejected', 'cancelled']);
  expect(late.value).toBeInstanceOf(ClosedError);
  expect(await failed).toBeInstanceOf(ClosedError);
  expect(closed.value).toMatchObject({ drained: 1, cancelled: 2 });
});

it('never waits longer than drain and grace together, whatever the handlers do', async () => {
  const deaf = defineAgent('deaf', { handle: () => new Promise<never>(() => {}) });
  const { clock, house } = startHouse({ agents: [deaf], grace: 200 });
  const lost = rejection(house.ask(deaf, undefined));
  await clock.settle();
  const closed = watch(house.close({ drain: 300 }));
  await clock.advance(499);
  expect(closed.state).toBe('pending');
  await clock.advance(1);

  expect(closed.value).toEqual({ drained: 0, cancelled: 1, abandoned: ['agent "deaf"'] });
  expect(await lost).toBeInstanceOf(ClosedError);
});

it('cancels what a finished handler left behind: asks that nobody waits for', async () => {
  const signals: AbortSignal[] = [];
  const bob = defineAgent('bob', {
    handle: (_input: unknown, { signal }) => {
      signals.push(signal);
      return new Promise<never>(() => {});
    },
  });
  const ada = defineAgent('ada', {
    handle: (_input: unknown, { ask }) => {
      void rejection(ask(bob, 1));
      return 'done';
    },
  });
  const { clock, house } = startHouse({ agents: [ada, bob], grace: 100 });
  expect(await house.ask(ada, 1)).toBe('done');
  await clock.settle();
  const closed = watch(house.close());

  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  await clock.advance(100);
  expect(closed.value).toMatchObject({ abandoned: ['agent "bob"'] });
});

it('counts what ended by itself as drained, also when it left something behind', async () => {
  const stuck = defineAgent('stuck', { handle: () => new Promise<never>(() => {}) });
  const ada = defineAgent('ada', {
    handle: (_input: unknown, { ask }) => {
      void rejection(ask(stuck, 1));
      return takes(clock, 100, 'done')();
    },
  });
  const { clock, house } = startHouse({ agents: [ada, stuck], grace: 0 });
  const asked = house.ask(ada, 1);
  await clock.settle();
  const closed = watch(house.close({ drain: 500 }));
  await clock.advance(1_000);

  expect(await asked).toBe('done');
  expect(closed.value).toMatchObject({ drained: 1, cancelled: 1 });
});

it('hears of the drain when it begins', async () => {
  const { clock, house } = startHouse();
  const told: unknown[] = [];
  house.events.on('coordinator.closing', (event) => told.push(event));
  await house.close({ drain: '2s' });

  expect(told).toEqual([{ type: 'coordinator.closing', at: clock.now(), drainMs: 2_000 }]);
});
