import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defineWorkflow } from '../../src/index.ts';
import { never, sleep, startEngine, takes, timesOf } from '../support/workflows.ts';

it('runs no more steps of a run at once than its concurrency says, in the order in which they got ready', async () => {
  const { clock, engine } = startEngine();
  const steps = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, run: takes(clock, 10) }));

  const run = engine.start(defineWorkflow('w', { concurrency: 2, steps }), undefined);
  await clock.advance(100);

  expect(timesOf(run)).toEqual({ a: [0, 10], b: [0, 10], c: [10, 20], d: [10, 20], e: [20, 30] });
});

it('limits each run for itself', async () => {
  const { clock, engine } = startEngine();
  const one = defineWorkflow('w', { concurrency: 1 })
    .step('a', { run: takes(clock, 10) })
    .step('b', { run: takes(clock, 10) });

  const runs = [engine.start(one, undefined), engine.start(one, undefined)];
  await clock.advance(100);

  for (const run of runs) expect(timesOf(run)).toEqual({ a: [0, 10], b: [10, 20] });
});

it('lets a nested run go on while its step takes the only slot of the outer run', async () => {
  const { clock, engine } = startEngine();
  const inner = defineWorkflow('inner', { concurrency: 1 }).step('s', { run: takes(clock, 10) });
  const outer = defineWorkflow('outer', { concurrency: 1 })
    .step('n', { run: inner, input: () => undefined })
    .step('next', { run: takes(clock, 10) });

  const run = engine.start(outer, undefined);
  await clock.advance(100);

  expect(timesOf(run)).toEqual({ n: [0, 10], next: [10, 20] });
});

it('gives the slot to others while a step waits between two attempts', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('w', { concurrency: 1 })
    .step('flaky', {
      run: (_scope, { attempt }) => {
        if (attempt === 1) throw new Error('once more');
      },
      policy: { attempts: 2, backoff: { initial: 50, jitter: 0 } },
    })
    .step('other', { run: takes(clock, 70) });

  const run = engine.start(workflow, undefined);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({ flaky: [0, 70], other: [0, 70] });
});

it('keeps the slot of code that ignores its signal until the grace period is over', async () => {
  const { clock, engine } = startEngine({ grace: 500 });
  const workflow = defineWorkflow('w', { concurrency: 1 })
    .step('deaf', { run: never, policy: { timeout: 100 } })
    .step('next', { run: takes(clock, 10) });

  const run = engine.start(workflow, undefined);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({ deaf: [0, 100], next: [600, 610] });
  expect(engine.stats().abandoned).toBe(1);
});

it('gives the slot back at once when code ends late but within the grace period', async () => {
  const { clock, engine } = startEngine({ grace: 500 });
  const workflow = defineWorkflow('w', { concurrency: 1 })
    .step('slow', { run: takes(clock, 150), policy: { timeout: 100 } })
    .step('next', { run: takes(clock, 10) });

  const run = engine.start(workflow, undefined);
  await clock.advance(1_000);

  expect(timesOf(run)).toEqual({ slow: [0, 100], next: [150, 160] });
  expect(engine.stats().abandoned).toBe(0);
});

it('runs 1,000 at once where nobody says, and all of them with Infinity', async () => {
  const peakOf = async (options: { concurrency?: number }) => {
    const { clock, engine } = startEngine();
    let active = 0;
    let peak = 0;
    const run = () => {
      peak = Math.max(peak, ++active);
      return sleep(clock, 1).then(() => active--);
    };
    const steps = Array.from({ length: 2_500 }, (_, i) => ({ id: `s${i}`, run }));
    engine.start(defineWorkflow('w', { ...options, steps }), undefined);
    await clock.settle();
    return peak;
  };

  expect(await peakOf({})).toBe(1_000);
  expect(await peakOf({ concurrency: Number.POSITIVE_INFINITY })).toBe(2_500);
});

it('never exceeds the limit, whatever fails, is tried again, times out or lingers', async () => {
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 30 }),
    failures: fc.integer({ min: 0, max: 3 }),
    waitMs: fc.integer({ min: 0, max: 20 }),
    deaf: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      async (plans, concurrency) => {
        const { clock, engine } = startEngine({ grace: 15 });
        let active = 0;
        let peak = 0;
        const steps = plans.map(({ ms, failures, waitMs, deaf }, i) => ({
          id: `s${i}`,
          policy: {
            attempts: 3,
            timeout: deaf ? 20 : 1_000,
            backoff: { initial: waitMs, factor: 1, jitter: 0 },
          },
          run: async (_scope: unknown, { attempt }: { attempt: number }) => {
            peak = Math.max(peak, ++active);
            await sleep(clock, ms);
            active--;
            if (attempt <= failures) throw new Error('no');
          },
        }));
        const run = engine.start(defineWorkflow('w', { concurrency, steps }), undefined);
        await clock.advance(5_000);

        expect(peak).toBeLessThanOrEqual(concurrency);
        expect(['completed', 'failed']).toContain(run.status);
        expect(active).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
});

it('starts a retry that waits for a slot before steps that have not begun, the one that waits longest first', async () => {
  const { clock, engine } = startEngine();
  const starts: string[] = [];
  const flaky = (id: string, initial: number) => ({
    ...{ id, policy: { attempts: 2, backoff: { initial, jitter: 0 } } },
    run: async (_input: unknown, { attempt }: { readonly attempt: number }) => {
      starts.push(`${id}${attempt}`);
      if (attempt === 1) throw new Error('no');
      await sleep(clock, 10);
    },
  });
  const calm = (id: string) => ({
    id,
    run: () => {
      starts.push(id);
      return sleep(clock, 20);
    },
  });
  const steps = [flaky('a', 8), flaky('b', 4), calm('c'), calm('d')];
  const run = engine.start(defineWorkflow('w', { concurrency: 1, steps }), undefined);
  await clock.advance(200);

  expect(starts).toEqual(['a1', 'b1', 'c', 'b2', 'a2', 'd']);
  expect(run.status).toBe('completed');
});
