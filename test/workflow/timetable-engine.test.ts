import { expect, it } from 'vitest';
import { defineWorkflow, memoryStore, WorkflowEngine } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { startEngine, takes } from '../support/workflows.ts';

it('two engines on one store start the run of each time once', async () => {
  const clock = new FakeClock({ now: Date.parse('2026-01-01T00:00:30Z') });
  const store = memoryStore({ clock });
  const ran: string[] = [];
  const workflow = defineWorkflow('w').step('s', { run: (_scope, { runId = '' }) => ran.push(runId) });
  const [one, two] = [1, 2].map(() => {
    const engine = new WorkflowEngine({ clock, store });
    return engine.schedule('often', { cron: '* * * * *', workflow });
  });
  await clock.advance('10m');

  expect([ran.length, new Set(ran).size, ran[0]]).toEqual([10, 10, 'cron:often:2026-01-01T00:01:00Z']);
  expect(one!.stats().started + two!.stats().started).toBe(10);
  expect(one!.stats().elsewhere + two!.stats().elsewhere).toBe(10);
});

it('skips a time while its run before is under way, and starts no more runs once the engine is closed', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { policy: { timeout: '1h' } }).step('s', {
    run: takes(clock, 50 * 60_000),
  });
  const schedule = engine.schedule('s', { every: '20m', workflow });
  await clock.advance('90m'); // what starts at 00:20 runs until 01:10
  expect(schedule.stats()).toMatchObject({ started: 2, overlapped: 2 });
  engine.close();
  await clock.advance('5h');

  expect([schedule.next(), engine.stats().started, clock.pendingTimers]).toEqual([undefined, 2, 0]);
});
