import { expect, it } from 'vitest';
import { defineAgent, defineCapability, defineWorkflow } from '../../src/index.ts';
import { thrownBy } from '../support/outcome.ts';
import { startEngine } from '../support/workflows.ts';

const work = defineCapability('work');
const run = () => 1;
class Worker {}

const badSteps: [what: string, step: unknown, option: string][] = [
  ['nothing', undefined, 'run'],
  ['null', null, 'options'],
  ['text', 'text', 'options'],
  ['no run', {}, 'run'],
  ['the name of an agent as run', { run: 'ada', input: run }, 'run'],
  ['a class as run', { run: Worker }, 'run'],
  ['any object as run', { run: { name: 'x' }, input: run }, 'run'],
  ['a capability without a mapping', { run: work }, 'input'],
  ['a mapping that is no function', { run, input: { a: 1 } }, 'input'],
  ['a condition that is no function', { run, when: true }, 'when'],
  ['after that is text', { run, after: 'a' }, 'after'],
  ['an unknown option', { run, retries: 3 }, 'retries'],
  ['an option that every object has', { run, constructor: 3 }, 'constructor'],
  ['a policy that is a number', { run, policy: 3 }, 'policy'],
  ['an unknown field of the policy', { run, policy: { retries: 3 } }, 'policy.retries'],
  ['attempts 0', { run, policy: { attempts: 0 } }, 'policy.attempts'],
  ['attempts NaN', { run, policy: { attempts: Number.NaN } }, 'policy.attempts'],
  ['attempts 1.5', { run, policy: { attempts: 1.5 } }, 'policy.attempts'],
  ['attempts as text', { run, policy: { attempts: '3' } }, 'policy.attempts'],
  ['timeout 0', { run, policy: { timeout: 0 } }, 'policy.timeout'],
  ['timeout without a unit', { run, policy: { timeout: '30' } }, 'policy.timeout'],
  ['a negative timeout', { run, policy: { timeout: -1 } }, 'policy.timeout'],
  ['a factor below 1', { run, policy: { backoff: { factor: 0.5 } } }, 'policy.backoff.factor'],
  ['jitter above 1', { run, policy: { backoff: { jitter: 2 } } }, 'policy.backoff.jitter'],
  ['an endless wait', { run, policy: { backoff: { max: Infinity } } }, 'policy.backoff.max'],
  ['retryWhen that is no function', { run, policy: { retryWhen: true } }, 'policy.retryWhen'],
];

it.each(badSteps)('refuses a step with %s and names the option, in both forms', (_what, step, option) => {
  const data = { id: 's', ...(step as object) } as never;
  const attempts = [() => defineWorkflow('w').step('s', step as never)];
  if (typeof step === 'object' && step !== null)
    attempts.push(() => defineWorkflow('w', { steps: [data] }) as never);

  for (const attempt of attempts) {
    expect(thrownBy(attempt)).toMatchObject({ code: 'INVALID_OPTIONS', owner: 'step "s"', option });
  }
});

const badOptions: [what: string, options: unknown, option: string][] = [
  ['text', 'text', 'options'],
  ['null', null, 'options'],
  ['an unknown option', { name: 'x' }, 'name'],
  ['a schema that is none', { input: { parse: run } }, 'input'],
  ['deadline 0', { deadline: 0 }, 'deadline'],
  ['deadline as text without a unit', { deadline: '5' }, 'deadline'],
  ['deadline NaN', { deadline: Number.NaN }, 'deadline'],
  ['concurrency 0', { concurrency: 0 }, 'concurrency'],
  ['concurrency 1.5', { concurrency: 1.5 }, 'concurrency'],
  ['concurrency as text', { concurrency: '4' }, 'concurrency'],
  ['a policy that is none', { policy: [] }, 'policy'],
  ['steps that are no list', { steps: { a: run } }, 'steps'],
  // biome-ignore lint/suspicious/noSparseArray: the case
  ['steps with a hole', { steps: [, { id: 'a', run }] }, 'steps.0'],
  ['an output that is no function', { steps: [], output: 5 }, 'output'],
];

it.each(badOptions)('refuses a workflow with %s and names the option', (_what, options, option) => {
  expect(thrownBy(() => defineWorkflow('w', options as never))).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: 'defineWorkflow',
    option,
  });
});

it.each([[undefined], [null], [5], [{}], [Worker]])('refuses %s as the output of a builder', (output) => {
  expect(thrownBy(() => defineWorkflow('w').output(output as never))).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: 'workflow',
    option: 'output',
  });
});

it.each([[undefined], [null], ['w'], [{ kind: 'workflow', name: 'w', steps: [] }], [run]])(
  'refuses to start %s, which defineWorkflow did not make',
  (workflow) => {
    const { engine } = startEngine();

    expect(thrownBy(() => engine.start(workflow as never, undefined))).toMatchObject({
      code: 'INVALID_OPTIONS',
      owner: 'start',
      option: 'workflow',
    });
    expect(engine.stats().started).toBe(0);
  },
);

it.each([
  [{ deadline: 0 }, 'deadline'],
  [{ deadline: 'soon' }, 'deadline'],
  [{ signal: {} }, 'signal'],
  [{ signal: new AbortController() }, 'signal'],
  [{ timeout: 5 }, 'timeout'],
])('refuses the options %o of a run', (options, option) => {
  const { engine } = startEngine();
  const workflow = defineWorkflow('w').step('s', { run });

  expect(thrownBy(() => engine.start(workflow, undefined, options as never))).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: 'start',
    option,
  });
  expect(engine.stats()).toMatchObject({ started: 0, active: 0 });
});

it('refuses a run id that is no name', () => {
  const { engine } = startEngine();

  expect(thrownBy(() => engine.start(defineWorkflow('w'), undefined, { id: 'my run' }))).toMatchObject({
    code: 'INVALID_NAME',
    kind: 'run',
  });
});

it('tells its steps in the order of definition, with everything decided', () => {
  const ada = defineAgent('ada', { handle: run });
  const workflow = defineWorkflow('w', { deadline: '2m', concurrency: 7, policy: { timeout: '30s' } })
    .step('a', { run })
    .step('b', { run: ada, input: () => 1, after: ['a'], policy: { attempts: 3 } });

  expect(workflow).toMatchObject({ kind: 'workflow', name: 'w', deadline: 120_000, concurrency: 7 });
  expect(workflow.policy).toMatchObject({ timeout: 30_000 });
  expect(workflow.steps.map(({ id, after }) => ({ id, after }))).toEqual([
    { id: 'a', after: [] },
    { id: 'b', after: ['a'] },
  ]);
  expect(workflow.steps[1]).toMatchObject({ run: ada, policy: { attempts: 3 } });
});

it('is frozen data: nobody can change a workflow that others use', () => {
  const built = defineWorkflow('w')
    .step('a', { run })
    .step('b', { run, after: ['a'] });
  for (const workflow of [built, built.output(run), defineWorkflow('w', { steps: [{ id: 'a', run }] })]) {
    expect(Object.isFrozen(workflow)).toBe(true);
    expect(Object.isFrozen(workflow.steps)).toBe(true);
    for (const step of workflow.steps)
      expect([Object.isFrozen(step), Object.isFrozen(step.after)]).toEqual([true, true]);
  }
});

it('leaves a builder as it was: each call of step makes a new workflow', async () => {
  const { engine } = startEngine();
  const trunk = defineWorkflow('w').step('a', { run });
  const left = trunk.step('b', { run: ({ a }) => a + 1, after: ['a'] });
  const right = trunk.step('b', { run: ({ a }) => a + 2, after: ['a'] });

  expect(await engine.run(trunk, undefined)).toEqual({ a: 1 });
  expect(await engine.run(left, undefined)).toEqual({ a: 1, b: 2 });
  expect(await engine.run(right, undefined)).toEqual({ a: 1, b: 3 });
});
