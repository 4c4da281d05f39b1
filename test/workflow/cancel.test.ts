import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { CancelledError, defineAgent, defineWorkflow } from '../../src/index.ts';
import { rejection } from '../support/outcome.ts';
import {
  failing,
  linesOf,
  never,
  startEngine,
  startHouse,
  statusesOf,
  takes,
  untilAborted,
} from '../support/workflows.ts';

it('aborts the signals of all running steps inside the call of cancel', async () => {
  const { clock, engine } = startEngine();
  const signals: AbortSignal[] = [];
  const hangs = (_scope: object, { signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return never();
  };
  const run = engine.start(
    defineWorkflow('w').step('a', { run: hangs }).step('b', { run: hangs }),
    undefined,
  );
  await clock.settle();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  run.cancel('enough');

  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(run.status).toBe('cancelled');
});

it('reaches a nested ask below a nested workflow, two levels down, at once', async () => {
  const { clock, house } = startHouse();
  const signals: Record<string, AbortSignal> = {};
  const bob = defineAgent('bob', {
    handle: (_input: string, { signal }) => {
      signals['bob'] = signal;
      return never();
    },
  });
  const ada = defineAgent('ada', {
    handle: (input: string, { ask, signal }) => {
      signals['ada'] = signal;
      return ask(bob, input);
    },
  });
  house.agents.register(ada);
  house.agents.register(bob);
  const innermost = defineWorkflow('innermost').step('ask', {
    run: (_scope, { ask, signal }) => {
      signals['step'] = signal;
      return ask(ada, 'x');
    },
  });
  const inner = defineWorkflow('inner').step('n', { run: innermost, input: () => undefined });
  const outer = defineWorkflow('outer').step('n', { run: inner, input: () => undefined });

  const run = house.start(outer, undefined);
  await clock.settle();
  expect(Object.keys(signals).sort()).toEqual(['ada', 'bob', 'step']);
  run.cancel();

  expect(Object.values(signals).every(({ aborted }) => aborted)).toBe(true);
  expect(house.workflows.list().map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  await clock.advance(5_000);
  expect(house.stats()).toMatchObject({ handlers: 0, deadlines: 0, tasks: { active: 0 } });
});

it('starts nothing any more, and makes of every step that had not ended a cancelled one', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { concurrency: 3 })
    .step('done', { run: () => 1 })
    .step('fails', {
      run: failing([new Error('no'), new Error('no')]).handle,
      policy: { attempts: 9, backoff: { initial: 100, jitter: 0 } },
    })
    .step('running', { run: untilAborted })
    .step('other', { run: takes(clock, 20) })
    .step('waits', { run: never, after: ['running'] })
    .step('queued', { run: never })
    .step('last', { run: never });

  const run = engine.start(workflow, undefined);
  await clock.advance(10);
  run.cancel();
  const before = statusesOf(run);
  await clock.advance(60_000);

  expect(before).toEqual({
    done: 'completed',
    fails: 'cancelled',
    running: 'cancelled',
    other: 'cancelled',
    waits: 'cancelled',
    queued: 'cancelled',
    last: 'cancelled',
  });
  expect(statusesOf(run)).toEqual(before);
  expect((await linesOf(run)).at(-1)).toBe('run.cancelled');
});

it('does not record a result that comes after the cancellation', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('w').step('s', { run: takes(clock, 100, 'late') }), undefined);
  await clock.advance(50);
  run.cancel();
  await clock.advance(100);

  expect(await linesOf(run)).toEqual(['run.started', 'step.started s', 'step.cancelled s', 'run.cancelled']);
  expect(engine.stats()).toMatchObject({ completed: 0, cancelled: 1 });
});

it.each([['enough'], [undefined], [null], [0], [new Error('mine')]])(
  'rejects with CancelledError, whose cause is the reason %s exactly as it was given',
  async (reason) => {
    const { engine } = startEngine();
    const run = engine.start(defineWorkflow('w').step('s', { run: untilAborted }), undefined);
    const failed = rejection(run.result);
    run.cancel(reason);
    const error = await failed;

    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ code: 'CANCELLED', what: 'run of workflow "w"', retryable: false });
    expect((error as Error).cause).toBe(reason);
  },
);

it('runs nothing at all when it is cancelled before its first step', async () => {
  const { clock, engine } = startEngine();
  let started = 0;
  const run = engine.start(defineWorkflow('w').step('s', { run: () => ++started }), undefined);
  run.cancel();
  await clock.advance(1_000);

  expect(started).toBe(0);
  expect(run.status).toBe('cancelled');
  expect(await linesOf(run)).toEqual(['run.cancelled']);
});

it('changes nothing about a run that has ended, and nothing when called again', async () => {
  const { engine } = startEngine();
  const done = engine.start(defineWorkflow('w').step('s', { run: () => 1 }), undefined);
  await done.result;
  done.cancel();
  expect(done.status).toBe('completed');

  const run = engine.start(defineWorkflow('w').step('s', { run: untilAborted }), undefined);
  const failed = rejection(run.result);
  run.cancel('first');
  run.cancel('second');

  expect(((await failed) as Error).cause).toBe('first');
  expect(engine.stats()).toMatchObject({ completed: 1, cancelled: 1 });
});

it('is cancelled by the signal of the caller, with its reason, and leaves no listener on it', async () => {
  const { clock, engine } = startEngine();
  const controller = new AbortController();
  const workflow = defineWorkflow('w').step('s', { run: untilAborted });
  const options = { signal: controller.signal };
  const runs = [engine.start(workflow, undefined, options), engine.start(workflow, undefined, options)];
  const failures = runs.map(({ result }) => rejection(result));
  const quick = defineWorkflow('quick').step('s', { run: () => 1 });
  for (let i = 0; i < 100; i++) await engine.run(quick, undefined, options);
  await clock.settle();
  expect(getEventListeners(controller.signal, 'abort').length).toBe(1);
  const reason = new Error('the user left');
  controller.abort(reason);

  expect(runs.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
  for (const failure of failures) expect(((await failure) as Error).cause).toBe(reason);
  expect(getEventListeners(controller.signal, 'abort').length).toBe(0);
});

it('leaves no listener on the signal of a caller when the run ends by itself', async () => {
  const { engine } = startEngine();
  const { signal } = new AbortController();
  await engine.run(defineWorkflow('w').step('s', { run: () => 1 }), undefined, { signal });

  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('is cancelled from the start by a signal that has aborted', async () => {
  const { clock, engine } = startEngine();
  let started = 0;
  const run = engine.start(defineWorkflow('w').step('s', { run: () => ++started }), undefined, {
    signal: AbortSignal.abort('too late'),
  });
  await clock.settle();

  expect(run.status).toBe('cancelled');
  expect(started).toBe(0);
  expect(((await rejection(run.result)) as Error).cause).toBe('too late');
  expect(engine.stats()).toMatchObject({ active: 0, cancelled: 1 });
});

it('cancels a run whose step is waiting between two attempts', async () => {
  const { clock, engine } = startEngine();
  const handler = failing([new Error('no')], 'done');
  const workflow = defineWorkflow('w').step('s', { run: handler.handle, policy: { attempts: 2 } });

  const run = engine.start(workflow, undefined);
  await clock.advance(1);
  run.cancel();
  await clock.advance(60_000);

  expect(handler.calls).toBe(1);
  expect(clock.pendingTimers).toBe(0);
  expect(await linesOf(run)).toEqual([
    'run.started',
    'step.started s',
    'step.retried s',
    'step.cancelled s',
    'run.cancelled',
  ]);
});

it('lets only the nested run and its step fail when the nested run alone is cancelled', async () => {
  const { clock, engine } = startEngine();
  const inner = defineWorkflow('inner').step('s', { run: untilAborted });
  const outer = defineWorkflow('outer')
    .step('nested', { run: inner, input: () => undefined })
    .step('other', { run: takes(clock, 50) });
  const run = engine.start(outer, undefined);
  await clock.settle();
  const nested = engine.list().find(({ workflow }) => workflow === 'inner');
  engine.get(nested?.id ?? '')?.cancel('only you');
  await clock.advance(50);

  expect(statusesOf(run)).toEqual({ nested: 'failed', other: 'completed' });
  expect(await rejection(run.result)).toMatchObject({ cause: { code: 'CANCELLED', cause: 'only you' } });
});

it('aborts ten thousand running steps within a second', async () => {
  const { clock, engine } = startEngine();
  const signals: AbortSignal[] = [];
  const steps = Array.from({ length: 10_000 }, (_, i) => ({
    id: `s${i}`,
    run: (_scope: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return never();
    },
  }));
  const run = engine.start(defineWorkflow('w', { concurrency: 10_000, steps }), undefined);
  await clock.settle();
  const startedAt = performance.now();
  run.cancel();

  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(signals.filter(({ aborted }) => aborted)).toHaveLength(10_000);
});
