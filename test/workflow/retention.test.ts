import { expect, it } from 'vitest';
import { defineWorkflow, FullError, RunExistsError } from '../../src/index.ts';
import { rejection, thrownBy } from '../support/outcome.ts';
import { startEngine, takes, untilAborted } from '../support/workflows.ts';

const quick = defineWorkflow('quick').step('s', { run: () => 1 });
const wide = (steps: number) =>
  defineWorkflow('wide', { steps: Array.from({ length: steps }, (_, i) => ({ id: `s${i}`, run: () => i })) });

it('keeps the newest finished runs up to the limit, the oldest first in the list', async () => {
  const { engine } = startEngine({ retention: { runs: 3 } });
  for (const id of ['a', 'b', 'c', 'd', 'e']) await engine.run(quick, undefined, { id });

  expect(engine.list().map(({ id }) => id)).toEqual(['c', 'd', 'e']);
  expect(engine.get('b')).toBeUndefined();
  expect(engine.get('c')?.status).toBe('completed');
  expect(engine.stats()).toMatchObject({
    started: 5,
    completed: 5,
    retained: 3,
    retainedLimit: 3,
    active: 0,
  });
});

it('keeps no more runs than the limit of their steps together allows', async () => {
  const { engine } = startEngine({ retention: { steps: 10 } });
  for (const [id, steps] of [
    ['a', 4],
    ['b', 4],
    ['c', 4],
  ] as const) {
    await engine.run(wide(steps), undefined, { id });
  }
  expect(engine.list().map(({ id }) => id)).toEqual(['b', 'c']);
  await engine.run(wide(11), undefined, { id: 'large' });

  expect(engine.list()).toEqual([]);
});

it('keeps none when the limit is 0, and still gives the result', async () => {
  const { engine } = startEngine({ retention: { runs: 0 } });
  const run = engine.start(quick, undefined);

  expect(await run.result).toEqual({ s: 1 });
  expect(run.snapshot().status).toBe('completed');
  expect(engine.list()).toEqual([]);
});

it('keeps 100 runs where nobody says', async () => {
  const { engine } = startEngine();
  for (let i = 0; i < 150; i++) await engine.run(quick, undefined);

  expect(engine.list()).toHaveLength(100);
  expect(engine.stats()).toMatchObject({ retained: 100, retainedLimit: 100, started: 150 });
});

it('drops by the end of the runs, not by their start; those under way are never dropped', async () => {
  const { clock, engine } = startEngine({ retention: { runs: 1 } });
  const slow = defineWorkflow('slow').step('s', { run: takes(clock, 100) });
  engine.start(slow, undefined, { id: 'slow' });
  for (const id of ['a', 'b']) await engine.run(quick, undefined, { id });
  expect(
    engine
      .list()
      .map(({ id, status }) => `${id} ${status}`)
      .sort(),
  ).toEqual(['b completed', 'slow running']);
  await clock.advance(100);

  expect(engine.list().map(({ id }) => id)).toEqual(['slow']);
});

it('refuses an id that a run has which is under way or kept; that run goes on', async () => {
  const { clock, engine } = startEngine({ retention: { runs: 1 } });
  const hangs = defineWorkflow('hangs').step('s', { run: untilAborted });
  const run = engine.start(hangs, undefined, { id: 'mine' });
  await clock.settle();
  const error = thrownBy(() => engine.start(quick, undefined, { id: 'mine' }));

  expect(error).toBeInstanceOf(RunExistsError);
  expect(error).toMatchObject({ code: 'RUN_EXISTS', runId: 'mine', retryable: false });
  expect(run.status).toBe('running');
  run.cancel();
  expect(await rejection(engine.run(quick, undefined, { id: 'mine' }))).toBeInstanceOf(RunExistsError);
  await engine.run(quick, undefined, { id: 'other' });
  expect(await engine.run(quick, undefined, { id: 'mine' })).toEqual({ s: 1 });
});

it('gives every run an id of its own where nobody says', async () => {
  const { engine } = startEngine();
  const ids = Array.from({ length: 1_000 }, () => engine.start(quick, undefined).id);

  expect(new Set(ids).size).toBe(1_000);
});

it('refuses one run more than may be under way, and takes the next when one has ended', async () => {
  const { clock, engine } = startEngine({ runs: 2 });
  const slow = defineWorkflow('slow').step('s', { run: takes(clock, 100) });
  engine.start(slow, undefined);
  engine.start(slow, undefined);
  const error = thrownBy(() => engine.start(quick, undefined));

  expect(error).toBeInstanceOf(FullError);
  expect(error).toMatchObject({ code: 'FULL', limit: 2, retryable: true });
  expect(engine.stats()).toMatchObject({ started: 2, active: 2, activeLimit: 2 });
  await clock.advance(100);
  expect(await engine.run(quick, undefined)).toEqual({ s: 1 });
});

it('gives an empty answer for a run that it does not know', () => {
  const { engine } = startEngine();

  expect(engine.get('nobody')).toBeUndefined();
  expect(engine.list()).toEqual([]);
  expect(engine.stats()).toEqual({
    started: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    suspended: 0,
    resumed: 0,
    abandoned: 0,
    active: 0,
    activeLimit: 10_000,
    retained: 0,
    retainedLimit: 100,
  });
});
