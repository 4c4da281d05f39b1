import { expect, it } from 'vitest';
import { defineWorkflow } from '../../src/index.ts';
import { linesOf, startEngine, statusesOf, takes, timesOf } from '../support/workflows.ts';

const scopesOf = () => {
  const seen: Record<string, unknown> = {};
  const see = (id: string) => (scope: object) => {
    seen[id] = { ...scope };
    return `${id} done`;
  };
  return { seen, see };
};

it('skips a step whose `when` says false; those after it run without its key', async () => {
  const { engine } = startEngine();
  const { seen, see } = scopesOf();
  const workflow = defineWorkflow<number>('optional')
    .step('check', { run: see('check') })
    .step('extra', { run: see('extra'), after: ['check'], when: ({ input }) => input > 10 })
    .step('end', { run: see('end'), after: ['check', 'extra'] });

  const run = engine.start(workflow, 5);

  expect(await run.result).toEqual({ check: 'check done', end: 'end done' });
  expect(seen).toEqual({ check: { input: 5 }, end: { input: 5, check: 'check done' } });
  expect(run.snapshot().steps[1]).toMatchObject({
    id: 'extra',
    status: 'skipped',
    attempts: 0,
    reason: { kind: 'condition' },
  });
});

it('runs a step whose `when` says true, with its key in the scopes and in the result', async () => {
  const { engine } = startEngine();
  const { seen, see } = scopesOf();
  const workflow = defineWorkflow<number>('optional')
    .step('extra', { run: see('extra'), when: ({ input }) => input > 10 })
    .step('end', { run: see('end'), after: ['extra'] });

  expect(await engine.run(workflow, 11)).toEqual({ extra: 'extra done', end: 'end done' });
  expect(seen['end']).toEqual({ input: 11, extra: 'extra done' });
});

it('gives `when` the same scope as the step: the input and the outputs named in `after`, no others', async () => {
  const { engine } = startEngine();
  const { seen, see } = scopesOf();
  const workflow = defineWorkflow<string>('scope')
    .step('a', { run: () => 1 })
    .step('b', { run: () => 2 })
    .step('c', {
      run: () => 3,
      after: ['b'],
      when: (scope) => {
        see('when')(scope);
        return true;
      },
    });

  await engine.run(workflow, 'in');

  expect(seen['when']).toEqual({ input: 'in', b: 2 });
});

it('asks `when` once, when its inputs are there, also for a step that is tried again', async () => {
  const { clock, engine } = startEngine();
  const asked: number[] = [];
  let calls = 0;
  const workflow = defineWorkflow('once')
    .step('a', { run: takes(clock, 25) })
    .step('b', {
      after: ['a'],
      when: () => asked.push(clock.monotonic()) > 0,
      run: () => {
        if (++calls < 3) throw new Error('again');
      },
      policy: { attempts: 3, backoff: { initial: 10, jitter: 0 } },
    });

  const run = engine.start(workflow, undefined);
  await clock.advance(1_000);

  expect(run.status).toBe('completed');
  expect(asked).toEqual([25]);
});

it('lets a whole chain run behind a skipped step, at once', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow('chain')
    .step('slow', { run: takes(clock, 1_000) })
    .step('no', { run: takes(clock, 500), when: () => false })
    .step('next', { run: takes(clock, 10), after: ['no'] })
    .step('last', { run: takes(clock, 10), after: ['next'] });

  const run = engine.start(workflow, undefined);
  await clock.advance(2_000);

  expect(statusesOf(run)).toEqual({ slow: 'completed', no: 'skipped', next: 'completed', last: 'completed' });
  expect(timesOf(run)).toEqual({ slow: [0, 1_000], next: [0, 10], last: [10, 20] });
});

it('asks `when` of each step of its own, however many of those before it were skipped', async () => {
  const { engine } = startEngine();
  const workflow = defineWorkflow('all-off')
    .step('a', { run: () => 1, when: () => false })
    .step('b', { run: () => 2, after: ['a'], when: ({ a }) => a !== undefined })
    .step('c', { run: ({ b }) => b ?? 'nothing', after: ['b'] });

  const run = engine.start(workflow, undefined);

  expect(await run.result).toEqual({ c: 'nothing' });
  expect(await linesOf(run)).toEqual([
    'run.started',
    'step.skipped a',
    'step.skipped b',
    'step.started c',
    'step.completed c',
    'run.completed',
  ]);
});

it('completes a run of which every step was skipped', async () => {
  const { engine } = startEngine();
  const run = engine.start(defineWorkflow('none').step('a', { run: () => 1, when: () => false }), undefined);

  expect(await run.result).toEqual({});
  expect(run.status).toBe('completed');
});
