import { expect, it } from 'vitest';
import { type CadreEvent, defineWorkflow, type RunEvent } from '../../src/index.ts';
import { watch } from '../support/outcome.ts';
import {
  eventsOf,
  failing,
  lineOf,
  linesOf,
  startEngine,
  startHouse,
  takes,
  untilAborted,
} from '../support/workflows.ts';

const failsOnce = () => ({
  run: failing(['no']).handle,
  policy: { attempts: 2, backoff: { initial: 10, jitter: 0 } },
});

it('tells everything that happened in the order in which it happened', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w')
    .step('a', { run: takes(clock, 5) })
    .step('flaky', failsOnce())
    .step('off', { run: () => 1, after: ['a'], when: () => false })
    .step('end', { run: () => 1, after: ['flaky', 'off'] });
  const run = engine.start(workflow, undefined);
  await clock.advance(100);

  expect(await linesOf(run)).toEqual([
    'run.started',
    'step.started a',
    'step.started flaky',
    'step.retried flaky',
    'step.completed a',
    'step.skipped off',
    'step.started flaky',
    'step.completed flaky',
    'step.started end',
    'step.completed end',
    'run.completed',
  ]);
});

it('gives each event the time, the run and the workflow, and no more than its own facts', async () => {
  const { clock, engine } = startEngine();
  const at = clock.now();
  const run = engine.start(
    defineWorkflow('w')
      .step('a', { run: takes(clock, 5, 'secret output') })
      .step('b', { run: () => 1, when: () => false }),
    undefined,
    { id: 'r' },
  );
  await clock.advance(5);
  const facts = { runId: 'r', workflow: 'w' };

  expect(await eventsOf(run)).toEqual([
    { ...facts, type: 'run.started', at },
    { ...facts, type: 'step.started', at, step: 'a', attempt: 1 },
    { ...facts, type: 'step.skipped', at, step: 'b', reason: { kind: 'condition' } },
    { ...facts, type: 'step.completed', at: at + 5, step: 'a', attempts: 1, durationMs: 5 },
    { ...facts, type: 'run.completed', at: at + 5 },
  ]);
});

it('can be read from the start as long as somebody holds the run, also long after its end', async () => {
  const { clock, engine } = startEngine({ retention: { runs: 0 } });
  const run = engine.start(defineWorkflow('w').step('a', { run: takes(clock, 5) }), undefined);
  await clock.advance(3_600_000);

  expect(await linesOf(run)).toEqual(['run.started', 'step.started a', 'step.completed a', 'run.completed']);
});

it('tells an event that was read late as it was told when it happened', async () => {
  const { clock, engine } = startEngine();
  const live: CadreEvent[] = [];
  engine.events.onAny((event) => live.push(structuredClone(event)));
  const workflow = defineWorkflow('w').step('flaky', failsOnce()).step('stuck', { run: untilAborted });
  const run = engine.start(workflow, undefined);
  await clock.advance(50);
  run.cancel();

  expect(await eventsOf(run)).toEqual(live);
});

it('gives every reader everything, whenever it comes and however slowly it reads', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', {
    steps: Array.from({ length: 200 }, (_, i) => ({ id: `s${i}`, run: takes(clock, i) })),
  });
  const run = engine.start(workflow, undefined);
  const fast = linesOf(run);
  const slow = (async () => {
    const lines: string[] = [];
    for await (const event of run.events()) {
      lines.push(lineOf(event));
      await clock.settle();
    }
    return lines;
  })();
  await clock.advance(100);
  const late = linesOf(run);
  await clock.advance(1_000);
  const after = await linesOf(run);

  expect(after).toHaveLength(402);
  expect(await fast).toEqual(after);
  expect(await slow).toEqual(after);
  expect(await late).toEqual(after);
});

it('gives events while the run goes on, and ends with it', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('w').step('a', { run: takes(clock, 10) }), undefined);
  const lines: string[] = [];
  const reading = watch(
    (async () => {
      for await (const event of run.events()) lines.push(lineOf(event));
    })(),
  );
  await clock.advance(5);
  expect(lines).toEqual(['run.started', 'step.started a']);
  expect(reading.state).toBe('pending');
  await clock.advance(5);

  expect(lines).toEqual(['run.started', 'step.started a', 'step.completed a', 'run.completed']);
  expect(reading.state).toBe('fulfilled');
});

it.each(['completed', 'failed', 'cancelled'])('ends for every reader when the run is %s', async (end) => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w').step('a', {
    run: async (_scope, context) => {
      await takes(clock, 10)();
      if (end === 'failed') throw new Error('no');
      if (end === 'cancelled') await untilAborted(undefined, context);
    },
  });
  const run = engine.start(workflow, undefined);
  const readers = [linesOf(run), linesOf(run)];
  await clock.advance(20);
  if (end === 'cancelled') run.cancel();

  for (const lines of await Promise.all(readers)) expect(lines.at(-1)).toBe(`run.${end}`);
});

it('lets a reader leave with break, and go on with another from the start', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('w').step('a', { run: takes(clock, 10) }), undefined);
  const seen: string[] = [];
  for await (const event of run.events()) {
    seen.push(lineOf(event));
    if (event.type === 'step.started') break;
  }
  await clock.advance(10);

  expect(seen).toEqual(['run.started', 'step.started a']);
  expect(await linesOf(run)).toHaveLength(4);
});

it('lets a reader leave at once while it waits for the next event', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('w').step('a', { run: untilAborted }), undefined);
  const events = run.events();
  await events.next();
  await events.next();
  const waiting = watch(events.next());
  const left = watch(events.return?.() ?? Promise.resolve());
  await clock.settle();

  expect([waiting.state, left.state]).toEqual(['fulfilled', 'fulfilled']);
});

it('tells the same as the events of the coordinator, in the same order', async () => {
  const { clock, house } = startHouse();
  const told: RunEvent[] = [];
  house.events.onAny((event) => {
    if ('runId' in event && event.type !== 'step.progressed') told.push(event as RunEvent);
  });
  const inner = defineWorkflow('inner').step('x', { run: takes(clock, 3) });
  const outer = defineWorkflow('outer')
    .step('nested', { run: inner, input: () => undefined })
    .step('bad', { run: failing(['no', 'no']).handle })
    .step('next', { run: () => 1, after: ['bad'] })
    .step('slow', { run: takes(clock, 30) });
  const runs = [house.start(outer, undefined), house.start(outer, undefined)];
  await clock.advance(1_000);

  for (const run of runs) {
    const own = await eventsOf(run);
    expect(own).toEqual(told.filter(({ runId }) => runId === run.id));
    expect(own).toHaveLength(9);
  }
});

it('tells progress to the coordinator, with the step, and only while the step runs', async () => {
  const { clock, house } = startHouse();
  const told: unknown[] = [];
  house.events.on('step.progressed', (event) => told.push(event));
  const workflow = defineWorkflow('w').step('a', {
    run: async (_scope, context) => {
      context.progress(0.5);
      await takes(clock, 100)();
      context.progress('too late');
    },
    policy: { timeout: 50 },
  });
  house.start(workflow, undefined, { id: 'r' });
  await clock.advance(200);

  expect(told).toEqual([
    { type: 'step.progressed', at: clock.now() - 200, runId: 'r', workflow: 'w', step: 'a', value: 0.5 },
  ]);
});

it('lets a listener that throws disturb neither the run nor the other listeners', async () => {
  const { engine } = startEngine();
  const heard: string[] = [];
  engine.events.onAny(() => {
    throw new Error('bad listener');
  });
  engine.events.onAny(({ type }) => heard.push(type));

  await engine.run(defineWorkflow('w').step('a', { run: () => 1 }), undefined);

  expect(heard).toEqual(['run.started', 'step.started', 'step.completed', 'run.completed']);
});

it.each(['completed', 'failed', 'cancelled'] as const)(
  'tells that it %s before anybody asked for the result, which is there then',
  async (end) => {
    const { clock, engine } = startEngine();
    const workflow = defineWorkflow('w').step('s', {
      run: end === 'completed' ? () => 1 : end === 'failed' ? failing(['no']).handle : untilAborted,
    });
    const run = engine.start(workflow, undefined);
    const results: ReturnType<typeof watch>[] = [];
    engine.events.on(`run.${end}`, () => results.push(watch(run.result)));
    await clock.settle();
    if (end === 'cancelled') run.cancel('enough');
    await clock.settle();

    const codes = { completed: undefined, failed: 'RUN_FAILED', cancelled: 'CANCELLED' };
    expect(results).toHaveLength(1);
    expect(results[0]?.state).toBe(end === 'completed' ? 'fulfilled' : 'rejected');
    expect(results[0]?.value).toMatchObject(end === 'completed' ? { s: 1 } : { code: codes[end] });
  },
);

it('answers everybody who waits for a next event when the run ends, though there is none', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('w').step('s', { run: takes(clock, 5) }), undefined);
  const reading = run.events();
  const results = Array.from({ length: 6 }, () => watch(reading.next()));
  await clock.advance(10);

  expect(results.map(({ state }) => state)).toEqual(Array(6).fill('fulfilled'));
  expect(results.map(({ value }) => (value as IteratorResult<unknown>).done)).toEqual([
    ...Array(4).fill(false),
    ...[true, true],
  ]);
});

it('tells nothing more to a reader that has left', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('w').step('s', { run: takes(clock, 5) }), undefined);
  const reading = run.events();
  await clock.settle();
  expect(await reading.next()).toMatchObject({ done: false });
  await reading.return?.();
  await clock.advance(10);

  expect(await reading.next()).toEqual({ done: true, value: undefined });
});
