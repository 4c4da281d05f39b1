import { expect, it } from 'vitest';
import { defineWorkflow, InvalidNameError } from '../../src/index.ts';
import { thrownBy } from '../support/outcome.ts';
import { startEngine, statusesOf } from '../support/workflows.ts';

const objectNames = [
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  'valueOf',
  'length',
  '__defineGetter__',
  '0',
  'in-put',
  'a.b',
  'a/b',
  'ünï©ode',
  '日本',
  '🙂',
];

it.each(objectNames)('takes %s as the id of a step like any other name', async (id) => {
  const { engine } = startEngine();
  const workflow = defineWorkflow('w', {
    steps: [
      { id, run: () => 'mine' },
      {
        id: 'next',
        after: [id],
        run: (scope: Readonly<Record<string, unknown>>) => [scope[id], Object.keys(scope).sort()],
      },
    ],
  });
  const run = engine.start(workflow, undefined);
  const outputs = await run.result;

  expect(Object.keys(outputs).sort()).toEqual([id, 'next'].sort());
  expect(outputs[id]).toBe('mine');
  expect(outputs['next']).toEqual(['mine', ['input', id].sort()]);
  expect(statusesOf(run)).toEqual({ [id]: 'completed', next: 'completed' });
});

it('shows a scope nothing but its own keys, however an object may have been born', async () => {
  const { engine } = startEngine();
  const workflow = defineWorkflow<string>('w')
    .step('s', { run: (scope) => ['constructor' in scope, 'toString' in scope, Object.keys(scope)] })
    .output(({ s }) => s);

  expect(await engine.run(workflow, 'x')).toEqual([false, false, ['input']]);
});

it.each([
  ['input', 'is the key of the input of the run'],
  ['then', 'would let the record of the outputs pass for a promise'],
])('refuses the id `%s`, which %s', (id) => {
  expect(thrownBy(() => defineWorkflow('w').step(id, { run: () => 1 }))).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: `step "${id}"`,
    option: 'id',
    value: id,
  });
});

it.each([
  ['__proto__', '__proto__'],
  ['', ''],
  ['two words', 'two words'],
  ['a line\nbreak', 'a line\nbreak'],
  ['a*', 'a*'],
  ['a lone surrogate', '\ud800'],
  ['257 bytes', 'x'.repeat(257)],
  ['a number', 5],
  ['null', null],
  ['undefined', undefined],
  ['an object', { toString: () => 'a' }],
])('refuses %s as the id of a step and in `after`, in both forms', (_what, id) => {
  const step = { run: () => 1 };
  const attempts = [
    () => defineWorkflow('w').step(id as never, step),
    () => defineWorkflow('w').step('a', { ...step, after: [id as never] }),
    () => defineWorkflow('w', { steps: [{ id: id as never, ...step }] }),
    () => defineWorkflow('w', { steps: [{ id: 'a', after: [id as never], ...step }] }),
    () => defineWorkflow(id as never),
  ];

  for (const attempt of attempts) {
    const error = thrownBy(attempt);
    expect(error).toBeInstanceOf(InvalidNameError);
    expect(error).toMatchObject({ code: 'INVALID_NAME', retryable: false });
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

it('keeps ids apart that look alike', async () => {
  const { engine } = startEngine();
  const composed = '\u00e9';
  const decomposed = 'e\u0301';
  const workflow = defineWorkflow('w', {
    steps: [
      { id: composed, run: () => 1 },
      { id: decomposed, run: () => 2 },
      { id: 'E', run: () => 3 },
      { id: 'e', run: () => 4 },
    ],
  });

  expect(await engine.run(workflow, undefined)).toEqual({ [composed]: 1, [decomposed]: 2, E: 3, e: 4 });
});
