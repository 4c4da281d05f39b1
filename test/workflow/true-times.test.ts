import { expect, it } from 'vitest';
import { defineWorkflow, WorkflowEngine } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { watch } from '../support/outcome.ts';
import { eventsOf, sleep, startEngine, takes } from '../support/workflows.ts';

it.each([
  ['no deadline', undefined],
  ['a deadline', 60_000],
])('tells the true times of a run with %s, however long nothing happened before', async (_, deadline) => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { deadline }).step('s', { run: takes(clock, 10) });
  const told: number[][] = [];
  for (const rest of [5_000, 3_600_000, 500, 1_500]) {
    await clock.advance(rest);
    const now = clock.now();
    const run = engine.start(workflow, undefined);
    await clock.advance(50);
    const { startedAt = 0, endedAt = 0 } = run.snapshot();
    told.push([startedAt - now, endedAt - now, (await eventsOf(run)).at(-1)!.at - now]);
  }

  expect(told).toEqual(Array(4).fill([0, 10, 10]));
});

it('tells of progress at the time at which it is made', async () => {
  const { clock, engine } = startEngine();
  const told: number[] = [];
  engine.events.on('step.progressed', ({ at }) => told.push(at));
  const workflow = defineWorkflow('w', { deadline: 1_000 }).step('s', {
    run: async (_input, { progress }) => {
      progress(1);
      await sleep(clock, 10);
      progress(2);
    },
  });
  const now = clock.now();
  const result = watch(engine.run(workflow, undefined));
  await clock.advance(50);

  expect(result.state).toBe('fulfilled');
  expect(told).toEqual([now, now + 10]);
});

it('follows a wall clock that is set', async () => {
  class SetClock extends FakeClock {
    ahead = 0;
    override now(): number {
      return super.now() + this.ahead;
    }
  }
  const clock = new SetClock();
  const engine = new WorkflowEngine({ clock });
  const start = async () => {
    const run = engine.start(
      defineWorkflow('w', { deadline: 60_000 }).step('s', { run: () => 1 }),
      undefined,
    );
    await run.result;
    return (run.snapshot().startedAt ?? 0) - clock.now();
  };
  const told = [await start()];
  await clock.advance(2_000);
  clock.ahead = 3_600_000;
  told.push(await start());

  expect(told).toEqual([0, 0]);
});
