import { expect, it } from 'vitest';
import { defineWorkflow, type StepSnapshot } from '../../src/index.ts';
import { watch } from '../support/outcome.ts';
import { failing, startEngine, takes, untilAborted } from '../support/workflows.ts';

it('shows every step in the order of definition, from pending over running to its end', async () => {
  const { clock, engine } = startEngine();
  const at = clock.now();
  const workflow = defineWorkflow('w')
    .step('a', { run: takes(clock, 10) })
    .step('b', { run: takes(clock, 10), after: ['a'] });
  const run = engine.start(workflow, undefined, { id: 'run-7' });

  const pending = run.snapshot();
  await clock.advance(5);
  const running = run.snapshot();
  await clock.advance(15);
  const ended = run.snapshot();

  const none = { status: 'pending', attempts: 0 };
  expect(pending).toEqual({
    id: 'run-7',
    workflow: 'w',
    status: 'pending',
    steps: [
      { id: 'a', ...none },
      { id: 'b', ...none },
    ],
  });
  expect(running).toEqual({
    id: 'run-7',
    workflow: 'w',
    status: 'running',
    startedAt: at,
    steps: [
      { id: 'a', status: 'running', attempts: 1, startedAt: at },
      { id: 'b', ...none },
    ],
  });
  expect(ended).toEqual({
    id: 'run-7',
    workflow: 'w',
    status: 'completed',
    startedAt: at,
    endedAt: at + 20,
    steps: [
      { id: 'a', status: 'completed', attempts: 1, startedAt: at, endedAt: at + 10 },
      { id: 'b', status: 'completed', attempts: 1, startedAt: at + 10, endedAt: at + 20 },
    ],
  });
});

it('tells why a step failed and why others were skipped, as plain data', async () => {
  const { clock, engine } = startEngine();
  const at = clock.now();
  const error = Object.assign(new Error('no paper'), { code: 'E_PAPER' });
  const workflow = defineWorkflow('w')
    .step('bad', { run: failing([error]).handle })
    .step('off', { run: () => 1, when: () => false })
    .step('next', { run: () => 1, after: ['bad'] });
  const run = engine.start(workflow, undefined);
  await clock.settle();
  const snapshot = run.snapshot();

  expect(snapshot.steps).toEqual([
    {
      id: 'bad',
      status: 'failed',
      attempts: 1,
      startedAt: at,
      endedAt: at,
      error: {
        name: 'HandlerError',
        code: 'HANDLER_FAILED',
        message: expect.stringContaining('no paper'),
        cause: { name: 'Error', message: 'no paper', code: 'E_PAPER' },
      },
    },
    { id: 'off', status: 'skipped', attempts: 0, endedAt: at, reason: { kind: 'condition' } },
    { id: 'next', status: 'skipped', attempts: 0, endedAt: at, reason: { kind: 'dependency', step: 'bad' } },
  ]);
  expect(snapshot.error).toMatchObject({ code: 'RUN_FAILED', cause: { code: 'HANDLER_FAILED' } });
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
});

it('shows the attempts that a cancelled step had made', async () => {
  const { clock, engine } = startEngine();
  const at = clock.now();
  const workflow = defineWorkflow('w')
    .step('third', {
      run: (_scope, context) => {
        if (context.attempt < 3) throw new Error('again');
        return untilAborted(undefined, context);
      },
      policy: { attempts: 5, backoff: { initial: 10, factor: 1, jitter: 0 } },
    })
    .step('never', { run: () => 1, after: ['third'] });
  const run = engine.start(workflow, undefined);
  await clock.advance(50);
  run.cancel();

  expect(run.snapshot().steps).toEqual([
    { id: 'third', status: 'cancelled', attempts: 3, startedAt: at, endedAt: at + 50 },
    { id: 'never', status: 'cancelled', attempts: 0, endedAt: at + 50 },
  ]);
});

it.each([
  ['is cancelled', 'cancelled', 1_000],
  ['is out of time', 'failed', 30],
])('shows the steps that never started as cancelled when their run %s', async (_how, status, deadline) => {
  const { clock, engine } = startEngine();
  const at = clock.now();
  const workflow = defineWorkflow('w', { deadline })
    .step('stuck', { run: untilAborted })
    .step('never', { run: () => 1, after: ['stuck'] });
  const run = engine.start(workflow, undefined);
  watch(run.result);
  await clock.advance(29);
  expect(run.snapshot().steps[1]).toEqual({ id: 'never', status: 'pending', attempts: 0 });
  await clock.advance(1);
  run.cancel();

  expect(run.status).toBe(status);
  expect(run.snapshot().steps).toEqual([
    { id: 'stuck', status: 'cancelled', attempts: 1, startedAt: at, endedAt: at + 30 },
    { id: 'never', status: 'cancelled', attempts: 0, endedAt: at + 30 },
  ]);
});

it('shows the end of a cancelled step to who hears of it, when the run itself has not ended yet', async () => {
  const { clock, engine } = startEngine();
  const at = clock.now();
  const workflow = defineWorkflow('w').step('stuck', { run: untilAborted });
  const run = engine.start(workflow, undefined);
  const seen: StepSnapshot[] = [];
  engine.events.on('step.cancelled', () => seen.push(...run.snapshot().steps));
  await clock.advance(10);
  run.cancel();

  expect(seen).toEqual([{ id: 'stuck', status: 'cancelled', attempts: 1, startedAt: at, endedAt: at + 10 }]);
});

it('shows no start of a step that failed before its first attempt', async () => {
  const { clock, engine } = startEngine();
  const at = clock.now();
  const breaks = () => {
    throw new Error('broken');
  };
  const run = engine.start(defineWorkflow('w').step('s', { run: () => 1, input: breaks }), undefined);
  await clock.settle();

  const { error, ...step } = run.snapshot().steps[0]!;
  expect(step).toEqual({ id: 's', status: 'failed', attempts: 0, endedAt: at });
  expect(error).toMatchObject({ code: 'HANDLER_FAILED' });
});

it('keeps the time at which a step first started over all its attempts', async () => {
  const { clock, engine } = startEngine();
  const at = clock.now();
  const run = engine.start(
    defineWorkflow('w').step('s', {
      run: failing([1, 2]).handle,
      policy: { attempts: 3, backoff: { initial: 10, factor: 1, jitter: 0 } },
    }),
    undefined,
  );
  await clock.advance(5);
  expect(run.snapshot().steps[0]).toEqual({ id: 's', status: 'running', attempts: 1, startedAt: at });
  await clock.advance(50);

  expect(run.snapshot().steps[0]).toMatchObject({ attempts: 3, startedAt: at, endedAt: at + 20 });
});

it('is a picture of one moment: it does not change with the run', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('w').step('s', { run: takes(clock, 10) }), undefined);
  const before = run.snapshot();
  const copy = structuredClone(before);
  await clock.advance(10);

  expect(before).toEqual(copy);
  expect(run.snapshot()).not.toEqual(before);
});
