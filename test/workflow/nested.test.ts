import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineWorkflow, type RunEvent, RunFailedError, SchemaViolationError } from '../../src/index.ts';
import { rejection } from '../support/outcome.ts';
import { causesOf, failing, startEngine, takes, timesOf } from '../support/workflows.ts';

const greet = defineWorkflow<{ name: string }>('greet')
  .step('hello', { run: ({ input }) => `hello ${input.name}` })
  .output(({ hello }) => hello);

it('runs a workflow as a step, with the mapped input, and gives its output to the next', async () => {
  const { engine } = startEngine();
  const outer = defineWorkflow<string>('outer')
    .step('greeting', { run: greet, input: ({ input }) => ({ name: input }) })
    .step('loud', { run: ({ greeting }) => `${greeting}!`, after: ['greeting'] })
    .output(({ loud }) => loud);

  expect(await engine.run(outer, 'ada')).toBe('hello ada!');
});

it('makes of each nested run a run of its own, which tells what it is part of', async () => {
  const { engine } = startEngine();
  const events: RunEvent[] = [];
  engine.events.onAny((event) => events.push(event as RunEvent));
  const outer = defineWorkflow('outer').step('greeting', { run: greet, input: () => ({ name: 'bob' }) });

  const run = engine.start(outer, undefined, { id: 'parent' });
  await run.result;
  const nested = events.filter(({ workflow }) => workflow === 'greet');

  expect(nested.map(({ type }) => type)).toEqual([
    'run.started',
    'step.started',
    'step.completed',
    'run.completed',
  ]);
  for (const event of nested) expect(event.parent).toEqual({ runId: 'parent', step: 'greeting' });
  expect(new Set(nested.map(({ runId }) => runId)).size).toBe(1);
  expect(nested[0]?.runId).not.toBe('parent');
  for (const event of events.filter(({ runId }) => runId === 'parent'))
    expect(event).not.toHaveProperty('parent');
});

it('starts the steps of a nested workflow as they get ready, beside those of the outer one', async () => {
  const { clock, engine } = startEngine();
  const inner = defineWorkflow('inner')
    .step('a', { run: takes(clock, 10) })
    .step('b', { run: takes(clock, 10), after: ['a'] });
  const outer = defineWorkflow('outer')
    .step('nested', { run: inner, input: () => undefined })
    .step('beside', { run: takes(clock, 15) })
    .step('end', { run: () => 1, after: ['nested', 'beside'] });

  const run = engine.start(outer, undefined);
  await clock.advance(100);

  expect(timesOf(run)).toEqual({ nested: [0, 20], beside: [0, 15], end: [20, 20] });
});

it('fails the step with the error of the nested run, down to the original error', async () => {
  const { engine } = startEngine();
  const original = new Error('deep');
  const innermost = defineWorkflow('innermost').step('x', { run: failing([original]).handle });
  const inner = defineWorkflow('inner').step('n', { run: innermost, input: () => undefined });
  const outer = defineWorkflow('outer').step('n', { run: inner, input: () => undefined });

  const error = await rejection(engine.run(outer, undefined));

  const chain = causesOf(error);
  expect(chain.slice(0, 3).map((each) => (each as RunFailedError).workflow)).toEqual([
    'outer',
    'inner',
    'innermost',
  ]);
  expect(chain[0]).toBeInstanceOf(RunFailedError);
  expect(chain.at(-1)).toBe(original);
});

it('fails the step when the mapped input is not what the nested workflow takes', async () => {
  const { engine } = startEngine();
  const inner = defineWorkflow('inner', { input: z.object({ n: z.number() }) }).step('s', { run: () => 1 });
  const outer = defineWorkflow('outer').step('n', { run: inner, input: () => ({ n: 'one' }) as never });

  const error = await rejection(engine.run(outer, undefined));

  expect(causesOf(error)[1]).toBeInstanceOf(SchemaViolationError);
  expect(causesOf(error)[1]).toMatchObject({ issues: [{ path: 'n' }] });
  expect(engine.stats()).toMatchObject({ started: 1, failed: 1, active: 0 });
});

it('fails the step when the nested workflow has a faulty graph', async () => {
  const { engine } = startEngine();
  const inner = defineWorkflow('inner').step('s', { run: () => 1, after: ['ghost' as never] });
  const outer = defineWorkflow('outer').step('n', { run: inner, input: () => undefined });

  expect(causesOf(await rejection(engine.run(outer, undefined)))[1]).toMatchObject({
    code: 'UNKNOWN_STEP',
    workflow: 'inner',
  });
});

it('counts nested runs as runs', async () => {
  const { engine } = startEngine();
  const outer = defineWorkflow('outer')
    .step('one', { run: greet, input: () => ({ name: '1' }) })
    .step('two', { run: greet, input: () => ({ name: '2' }) });
  await engine.run(outer, undefined);

  expect(engine.stats()).toMatchObject({ started: 3, completed: 3, active: 0 });
});

it('goes 500 levels deep', async () => {
  const { engine } = startEngine();
  let workflow = defineWorkflow<number>('level-0')
    .step('s', { run: ({ input }) => input })
    .output(({ s }) => s);
  for (let level = 1; level <= 500; level++) {
    const inner = workflow;
    workflow = defineWorkflow<number>(`level-${level}`)
      .step('s', { run: inner, input: ({ input }) => input + 1 })
      .output(({ s }) => s);
  }

  expect(await engine.run(workflow, 0)).toBe(500);
});
