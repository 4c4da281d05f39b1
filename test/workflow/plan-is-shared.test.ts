import { expect, it } from 'vitest';
import { defineWorkflow } from '../../src/index.ts';
import { compile } from '../../src/workflow/plan.ts';
import { blockOf, nextStep } from '../../src/workflow/schedule.ts';
import { RunState } from '../../src/workflow/state.ts';
import { startEngine } from '../support/workflows.ts';

// Runs of one definition share its plan, and nothing of each other.

it('shows a run no output of an earlier run for a step that it skipped', async () => {
  const { clock, engine } = startEngine();
  const workflow = defineWorkflow<boolean>('w')
    .step('maybe', { when: ({ input }) => input, run: () => 'made by the first run' })
    .step('after', { run: (scope) => Object.keys(scope), after: ['maybe'] });
  const first = engine.start(workflow, true);
  await clock.settle();
  const second = engine.start(workflow, false);
  await clock.settle();

  expect(await first.result).toEqual({ maybe: 'made by the first run', after: ['input', 'maybe'] });
  expect(await second.result).toEqual({ after: ['input'] });
});

it('gives exactly the outputs of its steps where nothing else is said', async () => {
  const { clock, engine } = startEngine();
  const run = engine.start(defineWorkflow('w').step('a', { run: () => 1 }), undefined);
  await clock.settle();

  expect(Object.keys(await run.result)).toEqual(['a']);
});

it('does not let a step run that comes after one that was cancelled', () => {
  const { steps } = defineWorkflow('w')
    .step('a', { run: () => 1 })
    .step('b', { run: () => 2, after: ['a'] }) as unknown as { steps: Parameters<typeof compile>[1] };
  const plan = compile('w', steps);
  const state = new RunState(plan);
  state.stepStarted(nextStep(state), 1);
  state.stepCancelled(0);

  expect(nextStep(state)).toBe(1);
  expect(blockOf(plan, state, 1)).toEqual({ kind: 'dependency', step: 'a' });
});
