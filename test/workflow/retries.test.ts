import { expect, it } from 'vitest';
import {
  defineAgent,
  defineCapability,
  defineWorkflow,
  type HandlerError,
  type Policy,
  type RunFailedError,
} from '../../src/index.ts';
import { rejection } from '../support/outcome.ts';
import {
  causesOf,
  eventsOf,
  failing,
  lineOf,
  startEngine,
  startHouse,
  timesOf,
} from '../support/workflows.ts';

const policy: Policy = { attempts: 4, backoff: { initial: 100, factor: 2, max: 300, jitter: 0 } };
const errors = [new Error('1'), new Error('2'), new Error('3'), new Error('4')];

const work = defineCapability<string, unknown>('work');
const kinds = {
  function: (handle: () => unknown) => ({
    agents: [],
    workflow: defineWorkflow('w').step('s', { run: handle, policy }),
  }),
  agent: (handle: () => unknown) => {
    const ada = defineAgent('ada', { handle });
    return {
      agents: [ada],
      workflow: defineWorkflow('w').step('s', { run: ada, input: () => undefined, policy }),
    };
  },
  capability: (handle: () => unknown) => ({
    agents: [defineAgent('ada', { capabilities: [work], handle })],
    workflow: defineWorkflow('w').step('s', { run: work, input: () => 'in', policy }),
  }),
  requirement: (handle: () => unknown) => ({
    agents: [defineAgent('ada', { capabilities: [work], specializations: ['oceans'], handle })],
    workflow: defineWorkflow('w').step('s', {
      run: { capabilities: [work], specializations: ['oceans'] },
      input: () => 'in',
      policy,
    }),
  }),
};

it.each(Object.entries(kinds))(
  'tries a step for a %s again after 100, 200 and at most 300 ms',
  async (_kind, make) => {
    const { clock, house } = startHouse();
    const handler = failing(errors.slice(0, 3), 'done');
    const startedAt: number[] = [];
    const { agents, workflow } = make(() => {
      startedAt.push(clock.monotonic());
      return handler.handle();
    });
    for (const agent of agents) house.agents.register(agent);

    const run = house.start(workflow, undefined);
    await clock.advance(10_000);

    expect(await run.result).toEqual({ s: 'done' });
    expect(startedAt).toEqual([0, 100, 300, 600]);
    expect(run.snapshot().steps[0]).toMatchObject({ status: 'completed', attempts: 4 });
    expect(timesOf(run)).toEqual({ s: [0, 600] });
  },
);

it.each(Object.entries(kinds))(
  'fails a step for a %s with its last error when all attempts failed',
  async (_kind, make) => {
    const { clock, house } = startHouse();
    const handler = failing(errors);
    const { agents, workflow } = make(handler.handle);
    for (const agent of agents) house.agents.register(agent);

    const run = house.start(workflow, undefined);
    const failed = rejection(run.result);
    await clock.advance(10_000);
    const error = (await failed) as RunFailedError;

    expect(handler.calls).toBe(4);
    expect(error.failures).toMatchObject([{ step: 's', attempts: 4 }]);
    expect(causesOf(error).at(-1)).toBe(errors[3]);
    expect(run.snapshot().steps[0]).toMatchObject({ status: 'failed', attempts: 4 });
  },
);

it('tells each retry: the error, the wait, and the number of the attempt that follows', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(
    defineWorkflow('w').step('s', { run: failing(errors.slice(0, 2)).handle, policy }),
    undefined,
  );
  await clock.advance(10_000);
  const events = await eventsOf(run);

  expect(events.map(lineOf)).toEqual([
    'run.started',
    'step.started s',
    'step.retried s',
    'step.started s',
    'step.retried s',
    'step.started s',
    'step.completed s',
    'run.completed',
  ]);
  expect(events.filter(({ type }) => type === 'step.retried')).toMatchObject([
    { attempt: 2, delayMs: 100, error: { name: 'HandlerError', cause: { message: '1' } } },
    { attempt: 3, delayMs: 200, error: { name: 'HandlerError', cause: { message: '2' } } },
  ]);
  expect(events.flatMap((event) => (event.type === 'step.started' ? [event.attempt] : []))).toEqual([
    1, 2, 3,
  ]);
  expect(events.find(({ type }) => type === 'step.completed')).toMatchObject({
    attempts: 3,
    durationMs: 300,
  });
});

it('leaves the part of each wait that the jitter says to chance', async () => {
  const waits: number[] = [];
  const { clock, engine } = startEngine();
  engine.events.on('step.retried', ({ delayMs }) => waits.push(delayMs));
  const jittered = { attempts: 101, backoff: { initial: 100, factor: 1, jitter: 0.5 } };
  engine.start(
    defineWorkflow('w', { policy: jittered }).step('s', { run: failing(Array(100).fill('no')).handle }),
    undefined,
  );
  await clock.advance(60_000);

  expect(waits).toHaveLength(100);
  expect(Math.min(...waits)).toBeGreaterThan(50);
  expect(Math.min(...waits)).toBeLessThan(60);
  expect(Math.max(...waits)).toBeLessThanOrEqual(100);
  expect(Math.max(...waits)).toBeGreaterThan(90);
});

it.each([
  ['a TypeError', new TypeError('fetch failed')],
  ['a string', 'just text'],
  ['undefined', undefined],
  ['an AbortError of its own', new DOMException('mine', 'AbortError')],
])('tries again after %s like after any other error', async (_what, thrown) => {
  const { clock, engine } = startEngine();
  const handler = failing([thrown], 'done');

  const run = engine.start(defineWorkflow('w').step('s', { run: handler.handle, policy }), undefined);
  await clock.advance(100);

  expect(await run.result).toEqual({ s: 'done' });
  expect(handler.calls).toBe(2);
});

it('does not try again what says of itself that it is not retryable', async () => {
  const { clock, engine } = startEngine();
  const handler = failing([Object.assign(new Error('bad order'), { retryable: false })]);

  const run = engine.start(defineWorkflow('w').step('s', { run: handler.handle, policy }), undefined);
  await clock.advance(10_000);

  expect(run.status).toBe('failed');
  expect(handler.calls).toBe(1);
});

it('asks `retryWhen` with the error and the number of the attempt that failed', async () => {
  const { clock, engine } = startEngine();
  const asked: [unknown, number][] = [];
  const handler = failing(errors);
  const retryWhen = (error: unknown, attempt: number) => {
    asked.push([(error as HandlerError).cause, attempt]);
    return attempt < 2;
  };

  const run = engine.start(
    defineWorkflow('w').step('s', { run: handler.handle, policy: { ...policy, retryWhen } }),
    undefined,
  );
  await clock.advance(10_000);

  expect(asked).toEqual([
    [errors[0], 1],
    [errors[1], 2],
  ]);
  expect(run.snapshot().steps[0]).toMatchObject({ status: 'failed', attempts: 2 });
});

it('keeps the original error when `retryWhen` itself throws', async () => {
  const { clock, engine } = startEngine();
  const retryWhen = () => {
    throw new Error('broken rule');
  };
  const run = engine.start(
    defineWorkflow('w').step('s', { run: failing(errors).handle, policy: { ...policy, retryWhen } }),
    undefined,
  );
  const failed = rejection(run.result);
  await clock.advance(10_000);

  expect(causesOf(await failed)).toContain(errors[0]);
});

it('gives every attempt the same input, made once, and the number of the attempt', async () => {
  const { clock, engine } = startEngine();
  const seen: [unknown, number][] = [];
  let made = 0;
  const workflow = defineWorkflow('w', { policy }).step('s', {
    input: () => ({ made: ++made }),
    run: (input, { attempt }) => {
      seen.push([input, attempt]);
      if (attempt < 3) throw new Error('again');
    },
  });

  engine.start(workflow, undefined);
  await clock.advance(10_000);

  expect(seen).toEqual([
    [{ made: 1 }, 1],
    [{ made: 1 }, 2],
    [{ made: 1 }, 3],
  ]);
});

it('lets other steps run during the wait, and starts the dependants after the attempt that succeeded', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w')
    .step('flaky', { run: failing(errors.slice(0, 1), 7).handle, policy })
    .step('other', { run: () => clock.monotonic() })
    .step('next', { run: ({ flaky }) => [flaky, clock.monotonic()], after: ['flaky'] });

  const run = engine.start(workflow, undefined);
  await clock.advance(1_000);

  expect(await run.result).toEqual({ flaky: 7, other: 0, next: [7, 100] });
});

it('ends with the real error, at once, when the run has less time left than the wait would take', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { deadline: 250, policy }).step('s', { run: failing(errors).handle });

  const run = engine.start(workflow, undefined);
  const failed = rejection(run.result);
  await clock.advance(10_000);

  expect(causesOf(await failed).at(-1)).toBe(errors[1]);
  expect(timesOf(run)).toEqual({ s: [0, 100] });
});

it('tries until the deadline when attempts is Infinity', async () => {
  const { clock, engine } = startEngine();
  const handler = failing(Array(1_000).fill(new Error('no')));
  const endless = { attempts: Number.POSITIVE_INFINITY, backoff: { initial: 100, factor: 1, jitter: 0 } };

  const run = engine.start(
    defineWorkflow('w', { deadline: 1_050, policy: endless }).step('s', { run: handler.handle }),
    undefined,
  );
  await clock.advance(10_000);

  expect(run.status).toBe('failed');
  expect(handler.calls).toBe(11);
});

it('tries a failed nested workflow again only where the policy says that this can help', async () => {
  const { clock, engine } = startEngine();
  const handler = failing(errors.slice(0, 1), 'done');
  const inner = defineWorkflow('inner').step('s', { run: handler.handle });
  const outer = defineWorkflow('outer').step('nested', {
    run: inner,
    input: () => undefined,
    policy: { ...policy, retryWhen: () => true },
  });

  const run = engine.start(outer, undefined);
  await clock.advance(100);

  expect(await run.result).toEqual({ nested: { s: 'done' } });
  expect(engine.list()).toHaveLength(3);
});
