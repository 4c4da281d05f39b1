import { expect, it } from 'vitest';
import { defineWorkflow } from '../../src/index.ts';
import { startEngine, takes, timesOf } from '../support/workflows.ts';

it('starts a step the moment its own inputs are there; an unrelated slow step holds nobody up', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('unrelated')
    .step('slow', { run: takes(clock, 60_000) })
    .step('quick', { run: takes(clock, 10) })
    .step('next', { run: takes(clock, 20), after: ['quick'] })
    .step('last', { run: takes(clock, 5), after: ['next'] });

  const run = engine.start(workflow, undefined);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({ slow: [0, undefined], quick: [0, 10], next: [10, 30], last: [30, 35] });
  await clock.advance(59_000);
  expect(timesOf(run)['slow']).toEqual([0, 60_000]);
  expect(run.status).toBe('completed');
});

it('does not wait for the steps of the same depth', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('no-waves')
    .step('a1', { run: takes(clock, 10) })
    .step('b1', { run: takes(clock, 100) })
    .step('a2', { run: takes(clock, 10), after: ['a1'] })
    .step('b2', { run: takes(clock, 10), after: ['b1'] })
    .step('a3', { run: takes(clock, 10), after: ['a2'] })
    .step('end', { run: takes(clock, 1), after: ['a3', 'b2'] });

  const run = engine.start(workflow, undefined);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({
    a1: [0, 10],
    b1: [0, 100],
    a2: [10, 20],
    b2: [100, 110],
    a3: [20, 30],
    end: [110, 111],
  });
});

it('joins a diamond when the later of its sides has ended, and hands over both outputs', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow<string>('diamond')
    .step('top', { run: ({ input }) => `${input}!` })
    .step('left', { run: takes(clock, 30, 'l'), after: ['top'] })
    .step('right', { run: takes(clock, 70, 'r'), after: ['top'] })
    .step('bottom', { run: ({ left, right }) => left + right, after: ['left', 'right'] })
    .output(({ top, bottom }) => top + bottom);

  const run = engine.start(workflow, 'hi');
  await clock.advance(100);

  expect(await run.result).toBe('hi!lr');
  expect(timesOf(run)).toMatchObject({ left: [0, 30], right: [0, 70], bottom: [70, 70] });
});

it('starts a step once when two of its inputs end in the same moment', async () => {
  const { clock, engine } = startEngine();
  let starts = 0;
  const workflow = defineWorkflow('same-moment')
    .step('a', { run: takes(clock, 50) })
    .step('b', { run: takes(clock, 50) })
    .step('c', { run: () => ++starts, after: ['a', 'b'] });

  const run = engine.start(workflow, undefined);
  await clock.advance(100);

  expect(starts).toBe(1);
  expect(timesOf(run)['c']).toEqual([50, 50]);
});

it('starts steps that get ready together in the order of definition', async () => {
  const { engine } = startEngine();
  const order: string[] = [];
  const note = (id: string) => () => void order.push(id);
  const workflow = defineWorkflow('order')
    .step('b', { run: note('b') })
    .step('a', { run: note('a') })
    .step('d', { run: note('d'), after: ['a'] })
    .step('c', { run: note('c'), after: ['a', 'b'] });

  await engine.run(workflow, undefined);

  expect(order).toEqual(['b', 'a', 'd', 'c']);
});

it('begins no step inside the call that starts the run', async () => {
  const { engine } = startEngine();
  const order: string[] = [];
  const workflow = defineWorkflow('later').step('a', { run: () => void order.push('step') });

  const run = engine.start(workflow, undefined);
  order.push(`started: ${run.status}`);
  await run.result;

  expect(order).toEqual(['started: pending', 'step']);
});

it('takes no time of its own: a chain of plain functions ends at the time at which it began', async () => {
  const { clock, engine } = startEngine();
  const chain = defineWorkflow('chain', {
    steps: Array.from({ length: 50 }, (_, i) => ({
      id: `s${i}`,
      after: i === 0 ? [] : [`s${i - 1}`],
      run: (scope: Readonly<Record<string, number>>) => (scope[`s${i - 1}`] ?? 0) + 1,
    })),
    output: (outputs) => outputs['s49'],
  });

  expect(await engine.run(chain, undefined)).toBe(50);
  expect(clock.monotonic()).toBe(0);
});

it('completes a workflow without steps', async () => {
  const { engine } = startEngine();

  expect(await engine.run(defineWorkflow('nothing'), undefined)).toEqual({});
  expect(await engine.run(defineWorkflow('nothing', { steps: [] }), undefined)).toEqual({});
});

it('runs one definition many times at once, each run with its own input and outputs', async () => {
  const { clock, engine } = startEngine();
  const double = defineWorkflow<number>('double')
    .step('wait', { run: takes(clock, 10) })
    .step('twice', { run: ({ input }) => input * 2, after: ['wait'] })
    .output(({ twice }) => twice);

  const runs = Array.from({ length: 100 }, (_, n) => engine.run(double, n));
  await clock.advance(10);

  expect(await Promise.all(runs)).toEqual(Array.from({ length: 100 }, (_, n) => n * 2));
});
