import { expect, it } from 'vitest';
import { defineAgent, defineWorkflow, type Schema, TimeoutError } from '../../src/index.ts';
import { rejection } from '../support/outcome.ts';
import {
  causesOf,
  linesOf,
  never,
  sleep,
  startEngine,
  startHouse,
  statusesOf,
  takes,
  untilAborted,
} from '../support/workflows.ts';

it('ends an attempt that takes longer than its timeout, and aborts its signal with the same error', async () => {
  const { clock, engine } = startEngine();
  let signal: AbortSignal | undefined;
  const workflow = defineWorkflow('w').step('s', {
    run: (_scope, context) => {
      signal = context.signal;
      return never();
    },
    policy: { timeout: 100 },
  });

  const run = engine.start(workflow, undefined);
  const failed = rejection(run.result);
  await clock.advance(99);
  expect(run.status).toBe('running');
  await clock.advance(1);
  const cause = causesOf(await failed)[1];

  expect(cause).toBeInstanceOf(TimeoutError);
  expect(cause).toMatchObject({ what: 'step "s"', timeoutMs: 100 });
  expect(signal?.reason).toBe(cause);
});

it('counts the timeout for each attempt anew', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w').step('s', {
    run: (_scope, { attempt }) => sleep(clock, attempt < 3 ? 1_000 : 90).then(() => attempt),
    policy: { attempts: 3, timeout: 100, backoff: { initial: 10, factor: 1, jitter: 0 } },
  });

  const run = engine.start(workflow, undefined);
  await clock.advance(309);
  expect(run.status).toBe('running');
  await clock.advance(1);

  expect(await run.result).toEqual({ s: 3 });
});

it('does not record what comes after the timeout', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w').step('s', {
    run: takes(clock, 150, 'late'),
    policy: { timeout: 100 },
  });

  const run = engine.start(workflow, undefined);
  await clock.advance(1_000);

  expect(statusesOf(run)).toEqual({ s: 'failed' });
  expect(await linesOf(run)).toEqual(['run.started', 'step.started s', 'step.failed s', 'run.failed']);
});

it('gives code five minutes where nobody says', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('w').step('s', { run: never }), undefined);
  await clock.advance(299_999);
  expect(run.status).toBe('running');
  await clock.advance(1);

  expect(run.status).toBe('failed');
});

it('ends the whole run at its deadline, and fails it with the timeout of the run', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { deadline: '2s' })
    .step('quick', { run: takes(clock, 500) })
    .step('hangs', { run: untilAborted, after: ['quick'] })
    .step('never', { run: () => 1, after: ['hangs'] });

  const run = engine.start(workflow, undefined);
  const failed = rejection(run.result);
  await clock.advance(1_999);
  expect(run.status).toBe('running');
  await clock.advance(1);

  expect(await failed).toMatchObject({ code: 'TIMEOUT', what: 'run of workflow "w"', timeoutMs: 2_000 });
  expect(run.status).toBe('failed');
  expect(statusesOf(run)).toEqual({ quick: 'completed', hangs: 'cancelled', never: 'cancelled' });
});

it('takes the deadline of the call before that of the workflow', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { deadline: '2s' }).step('s', { run: never });

  const shorter = engine.start(workflow, undefined, { deadline: 300 });
  const longer = engine.start(workflow, undefined, { deadline: '4s' });
  await clock.advance(300);
  expect([shorter.status, longer.status]).toEqual(['failed', 'running']);
  await clock.advance(3_700);

  expect(longer.status).toBe('failed');
});

it('counts the deadline from the start, the validation of the input included', async () => {
  const { clock, engine } = startEngine();
  const slowSchema: Schema<number> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => sleep(clock, 60).then(() => ({ value: value as number })),
    },
  };
  const workflow = defineWorkflow('w', { input: slowSchema, deadline: 100 }).step('s', { run: never });

  const run = engine.start(workflow, 1);
  await clock.advance(99);
  expect(run.status).toBe('running');
  await clock.advance(1);

  expect(run.status).toBe('failed');
});

it('gives nested workflows and what handlers ask for no more than the time that the run has left', async () => {
  const { clock, house } = startHouse();
  const epoch = clock.now();
  const deadlines: Record<string, number | undefined> = {};
  const bob = defineAgent('bob', {
    handle: (_input: string, { deadline, signal }) => {
      deadlines['bob'] = deadline;
      return untilAborted(_input, { signal });
    },
  });
  const ada = defineAgent('ada', {
    handle: (input: string, { ask, deadline }) => {
      deadlines['ada'] = deadline;
      return ask(bob, input, { timeout: '1h' });
    },
  });
  house.agents.register(ada);
  house.agents.register(bob);
  const inner = defineWorkflow<string>('inner', { deadline: '1h' }).step('ask', {
    run: ada,
    input: ({ input }) => input,
    policy: { timeout: '1h' },
  });
  const outer = defineWorkflow('outer', { deadline: 1_000 })
    .step('wait', { run: takes(clock, 400) })
    .step('nested', { run: inner, input: () => 'x', after: ['wait'], policy: { timeout: '1h' } });

  const run = house.start(outer, undefined);
  const failed = rejection(run.result);
  await clock.advance(999);
  expect(deadlines).toEqual({ ada: epoch + 1_000, bob: epoch + 1_000 });
  await clock.advance(1);

  expect(await failed).toMatchObject({ code: 'TIMEOUT', timeoutMs: 1_000 });
  expect(house.workflows.list().map(({ workflow, status }) => [workflow, status])).toEqual(
    expect.arrayContaining([
      ['outer', 'failed'],
      ['inner', 'failed'],
    ]),
  );
});

it('ends a nested workflow at its own deadline when that is sooner, and fails the step with it', async () => {
  const { clock, engine } = startEngine();
  const inner = defineWorkflow('inner', { deadline: 50 }).step('s', { run: never });
  const outer = defineWorkflow('outer', { deadline: 1_000 })
    .step('nested', { run: inner, input: () => undefined })
    .step('other', { run: takes(clock, 200) });

  const run = engine.start(outer, undefined);
  const failed = rejection(run.result);
  await clock.advance(200);

  expect(causesOf(await failed)[1]).toMatchObject({ code: 'TIMEOUT', what: 'run of workflow "inner"' });
  expect(statusesOf(run)).toEqual({ nested: 'failed', other: 'completed' });
});

it('goes by the clock when the event loop was blocked past the deadline: the run is out of time', async () => {
  const { clock, engine } = startEngine();
  const started: string[] = [];
  const workflow = defineWorkflow('w', { deadline: 1_000, concurrency: 1 })
    .step('blocks', { run: () => clock.stall(2_000) })
    .step('other', { run: () => started.push('other') })
    .step('next', { run: () => started.push('next'), after: ['blocks'] });

  const run = engine.start(workflow, undefined);
  const failed = rejection(run.result);
  await clock.advance(10);

  expect(await failed).toMatchObject({ code: 'TIMEOUT', what: 'run of workflow "w"', timeoutMs: 1_000 });
  expect(started).toEqual([]);
  expect(run.status).toBe('failed');
});

it('starts no code when the making of its input took the time that was left', async () => {
  const { clock, engine } = startEngine();
  let started = false;
  const workflow = defineWorkflow('w', { deadline: 1_000 }).step('s', {
    input: () => clock.stall(2_000),
    run: () => {
      started = true;
    },
  });

  const failed = rejection(engine.run(workflow, undefined));
  await clock.advance(10);

  expect(await failed).toMatchObject({ code: 'TIMEOUT', what: 'run of workflow "w"' });
  expect(started).toBe(false);
});

it('tells code the earliest of the deadlines that hold for it, in epoch milliseconds', async () => {
  const { clock, engine } = startEngine();
  const epoch = clock.now();
  const told = (_scope: object, { deadline }: { deadline: number | undefined }) =>
    deadline === undefined ? undefined : deadline - epoch;
  const inTime = defineWorkflow('w', { deadline: 1_000 })
    .step('own', { run: told, policy: { timeout: 100 } })
    .step('run', { run: told, policy: { timeout: '1h' } });
  const endless = defineWorkflow('w', { policy: { timeout: Number.POSITIVE_INFINITY } }).step('s', {
    run: told,
  });

  expect(await engine.run(inTime, undefined)).toEqual({ own: 100, run: 1_000 });
  expect(await engine.run(endless, undefined)).toEqual({ s: undefined });
});
