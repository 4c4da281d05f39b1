import { expect, it } from 'vitest';
import {
  defineAgent,
  defineCapability,
  defineWorkflow,
  gate,
  signal,
  sleep,
  sleepUntil,
} from '../../src/index.ts';
import { ringsAt } from '../../src/workflow/waits.ts';
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
  ['onFailure that is another word', { run, onFailure: 'ignore' }, 'onFailure'],
  ['onFailure that says nothing', { run, onFailure: {} }, 'onFailure.run'],
  ['a value and more', { run, onFailure: { value: 1, run } }, 'onFailure.run'],
  ['an agent instead, without its input', { run, onFailure: { run: { agent: 'ada' } } }, 'onFailure'],
  ['a wait instead', { run, onFailure: { run: sleep('1s') } }, 'onFailure.run'],
  [
    'a step before it called error, which what is run instead sees',
    { run, after: ['error'], onFailure: { run } },
    'onFailure',
  ],
  ['an undo that is no function', { run, undo: 5 }, 'undo'],
  ['an undo that does nothing', { run, undo: { policy: {} } }, 'undo.run'],
  ['an undo with a wrong policy', { run, undo: { run, policy: { attempts: 0 } } }, 'undo.policy.attempts'],
  ['an estimate without a unit', { run, estimate: '5' }, 'estimate'],
  ['an endless estimate', { run, estimate: Infinity }, 'estimate'],
  ['a cost below 0', { run, cost: -1 }, 'cost'],
  ['a cost that is text', { run, cost: '5' }, 'cost'],
  ['a join without steps before it', { run, join: 'any' }, 'join'],
  ['an input for a signal', { run: signal('x'), input: run }, 'input'],
  ['an input for a time that is there', { run: sleep('1s'), input: run }, 'input'],
  ['no input for a time that is missing', { run: sleep() }, 'input'],
  ['what only looks like a gate', { run: { kind: 'gate' } }, 'run'],
  ['what only looks like a timer', { run: { kind: 'timer', name: 'alarm' } }, 'run'],
  ['an input for a gate', { run: gate({ ask: 'x' }), input: run }, 'input'],
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

it.each<[() => unknown, owner: string, option: string]>([
  [() => signal('paid', { schema: {} as never }), 'signal', 'schema'],
  [() => signal('paid', { timeout: 5 } as never), 'signal', 'timeout'],
  [() => sleep('soon' as never), 'sleep', 'time'],
  [() => sleep(Infinity), 'sleep', 'time'],
  [() => sleepUntil('3h' as never), 'sleepUntil', 'at'],
  [() => sleepUntil(Number.NaN), 'sleepUntil', 'at'],
  [() => sleepUntil(1e16), 'sleepUntil', 'at'],
])('refuses %s and names the argument', (call, owner, option) => {
  expect(thrownBy(call)).toMatchObject({ code: 'INVALID_OPTIONS', owner, option });
});

it('refuses a signal whose name is none', () => {
  expect(thrownBy(() => signal('so paid'))).toMatchObject({ code: 'INVALID_NAME', kind: 'signal' });
});

it('tells when a timer rings, from its own time or from the input of its step', () => {
  expect(ringsAt('s', sleep('2s'), undefined, 100)).toBe(2_100);
  expect(ringsAt('s', sleep(), '3s', 100)).toBe(3_100);
  expect(ringsAt('s', sleepUntil(500), undefined, 100)).toBe(500);
  expect(ringsAt('s', sleepUntil(), 50, 100)).toBe(50);
});

it.each([
  [sleep(), 'soon'],
  [sleep(), Infinity],
  [sleep(), undefined],
  [sleepUntil(), '3h'],
  [sleepUntil(), -1],
])('refuses an input that is no time', (timer, input) => {
  expect(thrownBy(() => ringsAt('s', timer, input, 0))).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: 'step "s"',
    option: 'input',
  });
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
