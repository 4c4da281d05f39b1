import { expect, it } from 'vitest';
import { before, defineWorkflow } from '../../src/index.ts';
import { startEngine, takes } from '../support/workflows.ts';

it('starts no member that a join does not need any more, when they wait for a slot', async () => {
  const { engine } = startEngine();
  const called: number[] = [];
  const workflow = defineWorkflow<number[]>('w').forEach('s', {
    over: ({ input }) => input,
    concurrency: 1,
    join: 'any',
    run: (n) => called.push(n),
  });

  expect(await engine.run(workflow, [5, 6, 7])).toEqual({ s: [1, undefined, undefined] });
  expect(called).toEqual([5]);
});

it('goes on at the time of a join although its members hold every slot', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { concurrency: 2 })
    .step('a', { run: takes(clock, 10_000) })
    .step('b', { run: takes(clock, 10_000) })
    .step('j', { after: ['a', 'b'], join: before('1s'), run: (scope) => Object.keys(scope) });
  const run = engine.start(workflow, undefined);
  await clock.advance(1_000);
  // Their code does not look at its signal: they keep their slots for as long as the grace lasts.
  expect(run.snapshot().steps.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'pending']);
  await clock.advance(5_000);

  expect(await run.result).toEqual({ j: ['input'] });
});
