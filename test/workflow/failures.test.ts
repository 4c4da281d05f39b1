import { expect, it } from 'vitest';
import { defineWorkflow, HandlerError, RunFailedError } from '../../src/index.ts';
import { rejection } from '../support/outcome.ts';
import { causesOf, linesOf, startEngine, statusesOf, takes } from '../support/workflows.ts';

class OutOfPaper extends Error {
  readonly tray = 3;
  readonly code = 'NO_PAPER';
}

const fails = (error: unknown) => () => {
  throw error;
};

it('skips what comes after a failed step, through the whole chain, each with the step before it as the reason', async () => {
  const { engine } = startEngine();
  const workflow = defineWorkflow('chain')
    .step('a', { run: fails(new Error('no')) })
    .step('b', { run: () => 1, after: ['a'] })
    .step('c', { run: () => 1, after: ['b'] })
    .step('d', { run: () => 1, after: ['c'] });

  const run = engine.start(workflow, undefined);
  await rejection(run.result);

  expect(run.snapshot().steps.map(({ id, status, reason }) => ({ id, status, reason }))).toEqual([
    { id: 'a', status: 'failed', reason: undefined },
    { id: 'b', status: 'skipped', reason: { kind: 'dependency', step: 'a' } },
    { id: 'c', status: 'skipped', reason: { kind: 'dependency', step: 'b' } },
    { id: 'd', status: 'skipped', reason: { kind: 'dependency', step: 'c' } },
  ]);
});

it('lets the other branches go on to their end, and records them, before the run fails', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('branches')
    .step('bad', { run: fails(new Error('no')) })
    .step('after', { run: () => 1, after: ['bad'] })
    .step('slow', { run: takes(clock, 100) })
    .step('later', { run: takes(clock, 50), after: ['slow'] });

  const run = engine.start(workflow, undefined);
  await clock.advance(120);
  expect(run.status).toBe('running');
  await clock.advance(30);

  expect(run.status).toBe('failed');
  expect(statusesOf(run)).toEqual({
    bad: 'failed',
    after: 'skipped',
    slow: 'completed',
    later: 'completed',
  });
});

it('skips a step as soon as all before it have ended, when only one of them failed', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('join')
    .step('bad', { run: fails(new Error('no')) })
    .step('good', { run: takes(clock, 100) })
    .step('join', { run: () => 1, after: ['good', 'bad'] });

  const run = engine.start(workflow, undefined);
  await clock.advance(100);

  expect(await linesOf(run)).toEqual([
    'run.started',
    'step.started bad',
    'step.failed bad',
    'step.started good',
    'step.completed good',
    'step.skipped join',
    'run.failed',
  ]);
  expect(run.snapshot().steps[2]?.reason).toEqual({ kind: 'dependency', step: 'bad' });
});

it('names the first of several failed steps as the reason', async () => {
  const { clock, engine } = startEngine();
  const failsAfter = (ms: number) => () => takes(clock, ms)().then(fails(new Error(`${ms}`)));
  const workflow = defineWorkflow('two-bad')
    .step('later', { run: failsAfter(20) })
    .step('sooner', { run: failsAfter(10) })
    .step('join', { run: () => 1, after: ['later', 'sooner'] });

  const run = engine.start(workflow, undefined);
  await clock.advance(20);

  expect(run.snapshot().steps[2]?.reason).toEqual({ kind: 'dependency', step: 'sooner' });
});

it('does not ask `when` or the mapping of a step that cannot run', async () => {
  const { engine } = startEngine();
  const asked: string[] = [];
  const workflow = defineWorkflow('unasked')
    .step('bad', { run: fails(new Error('no')) })
    .step('next', {
      after: ['bad'],
      run: () => asked.push('run'),
      when: () => asked.push('when') > 0,
      input: () => asked.push('input'),
    });

  await rejection(engine.run(workflow, undefined));

  expect(asked).toEqual([]);
});

it('tells every failure in the order of failing, and carries the first original error', async () => {
  const { clock, engine } = startEngine();
  const original = new OutOfPaper('tray is empty');
  const workflow = defineWorkflow('print')
    .step('b', { run: () => takes(clock, 20)().then(fails(new Error('second'))) })
    .step('a', { run: () => takes(clock, 10)().then(fails(original)) });

  const run = engine.start(workflow, undefined);
  const failed = rejection(run.result);
  await clock.advance(20);
  const error = (await failed) as RunFailedError;

  expect(error).toBeInstanceOf(RunFailedError);
  expect(error).toMatchObject({ code: 'RUN_FAILED', runId: run.id, workflow: 'print', retryable: false });
  expect(error.failures).toMatchObject([
    { step: 'a', attempts: 1, error: { name: 'HandlerError', cause: { name: 'Error', code: 'NO_PAPER' } } },
    { step: 'b', attempts: 1, error: { cause: { message: 'second' } } },
  ]);
  const [, handlerError, thrown] = causesOf(error);
  expect(handlerError).toBeInstanceOf(HandlerError);
  expect(handlerError).toMatchObject({ handler: 'step "a"' });
  expect(thrown).toBe(original);
  expect((thrown as OutOfPaper).tray).toBe(3);
});

it('counts a failed run, and keeps its error where it can be looked up', async () => {
  const { engine } = startEngine();
  const run = engine.start(defineWorkflow('bad').step('a', { run: fails(new Error('no')) }), undefined);
  await rejection(run.result);

  expect(engine.stats()).toMatchObject({ failed: 1, completed: 0, cancelled: 0, active: 0 });
  expect(engine.get(run.id)?.snapshot().error).toMatchObject({ name: 'RunFailedError', code: 'RUN_FAILED' });
});

it('makes no unhandled rejection of a failed run that nobody waits for', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('alone').step('a', { run: fails(new Error('no')) }), undefined);
  await clock.settle();

  expect(run.status).toBe('failed');
  expect(await rejection(run.result)).toBeInstanceOf(RunFailedError);
});
