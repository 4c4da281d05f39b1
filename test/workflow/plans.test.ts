import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  defineAgent,
  defineCapability,
  defineWorkflow,
  type FromJSONOptions,
  RunFailedError,
} from '../../src/index.ts';
import { rejection } from '../support/outcome.ts';
import { type Plan, planOf, tables } from '../support/plans.ts';
import { startEngine, startHouse } from '../support/workflows.ts';

/** What a run of a plan gives. */
function outputOf(
  plan: Plan,
  input: unknown = undefined,
  options: FromJSONOptions = tables,
): Promise<unknown> {
  return startEngine().engine.start(defineWorkflow.fromJSON(plan, options), input).result;
}

/** What an expression gives where the run's input is `input`. */
async function resultOf(expression: unknown, input: unknown = undefined): Promise<unknown> {
  return ((await outputOf(planOf({ input: [expression] }), input)) as { a: readonly unknown[] }).a[0];
}

it('runs a plan that is JSON text, for agents and capabilities that it knows by name', async () => {
  const research = defineCapability<{ topic: string }, { facts: string[] }>('research');
  const ada = defineAgent('ada', {
    capabilities: [research],
    handle: async ({ topic }) => ({ facts: [`${topic} rise`] }),
  });
  const writer = defineAgent('writer', { handle: async (facts: string[]) => facts.join('; ') });
  const { house } = startHouse({ agents: [ada, writer] });
  const plan = {
    name: 'brief',
    steps: [
      { id: 'text', after: ['web'], run: { agent: 'writer' }, input: { $ref: 'web.facts' } },
      { id: 'web', run: { capability: 'research' }, input: { topic: '$.input.topic' } },
    ],
    output: '$.text',
  };

  await expect(house.run(defineWorkflow.fromJSON(JSON.stringify(plan)), { topic: 'tides' })).resolves.toBe(
    'tides rise',
  );
});

it('validates the input of a run where a schema is given', async () => {
  const workflow = defineWorkflow.fromJSON(planOf({ input: '$.input' }), {
    ...tables,
    input: z.object({ n: z.number() }),
  });
  const { engine } = startEngine();

  const error = await rejection(engine.run(workflow, { n: 'x' } as never));
  expect(error).toMatchObject({ code: 'SCHEMA_VIOLATION' });
});

describe('an expression', () => {
  it.each([
    ['$.input.a.b', { a: { b: 1 } }, 1],
    ['$.input.list.1', { list: ['x', 'y'] }, 'y'],
    ['$.input.list.length', { list: ['x', 'y'] }, 2],
    ['$.input.nowhere.at.all', {}, undefined],
    ['$.input.constructor', {}, undefined],
    ['$.input.__proto__', {}, undefined],
    ['$.input.length', 'text', undefined],
    ['$', 3, { input: 3 }],
    ['$$.input', 3, '$.input'],
    ['$5', 3, '$5'],
    [{ $ref: ['input', 'a.b'] }, { 'a.b': 4 }, 4],
    [{ $literal: { $ref: 'input' } }, 3, { $ref: 'input' }],
    [{ $text: ['a ', '$.input', ' ', 1, true, null] }, 'b', 'a b 1truenull'],
    [{ a: ['$.input', { b: '$.input' }] }, 3, { a: [3, { b: 3 }] }],
    [{ $eq: ['$.input', { a: 1, b: [2] }] }, { b: [2], a: 1 }, true],
    [{ $eq: ['$.input', '1'] }, 1, false],
    [{ $ne: ['$.input', 1] }, 1, false],
    [{ $lt: ['$.input', 2] }, 1, true],
    [{ $lt: ['$.input', 2] }, '1', false],
    [{ $le: ['$.input', 2] }, 2, true],
    [{ $gt: ['$.input', 'a'] }, 'b', true],
    [{ $ge: ['$.input', 3] }, 2, false],
    [{ $and: ['$.input', true] }, 'yes', false],
    [{ $and: [] }, 1, true],
    [{ $or: [false, '$.input'] }, true, true],
    [{ $not: '$.input' }, undefined, true],
    [{ $exists: '$.input.a' }, { a: null }, false],
    [{ $exists: '$.input.a' }, { a: 0 }, true],
  ])('%j gives, for the input %j, %j', async (expression, input, value) => {
    expect(await resultOf(expression, input)).toEqual(value);
  });

  it('makes `__proto__` a key like any other', async () => {
    const made = (await resultOf(JSON.parse('{ "__proto__": { "polluted": true } }'))) as object;

    expect(Object.keys(made)).toEqual(['__proto__']);
    expect((made as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

it('skips a step whose condition does not hold, and fails one whose condition is neither true nor false', async () => {
  const plan = planOf({ when: '$.input.wanted', input: 1 });

  await expect(outputOf(plan, { wanted: false })).resolves.toEqual({});
  await expect(outputOf(plan, { wanted: true })).resolves.toEqual({ a: 1 });
  expect(await rejection(outputOf(plan, {}))).toBeInstanceOf(RunFailedError);
});

it('gives a function without an input all that its step sees', async () => {
  const plan = {
    name: 'p',
    steps: [planOf({ input: 1 })['steps'], { id: 'b', after: ['a'], run: { function: 'echo' } }].flat(),
  };

  await expect(outputOf(plan, 'in')).resolves.toEqual({ a: 1, b: { input: 'in', a: 1 } });
});

it('runs a workflow of the table below its step', async () => {
  await expect(outputOf(planOf({ run: { workflow: 'double' }, input: 4 }))).resolves.toEqual({
    a: { out: 8 },
  });
});

it('goes on for each item, round after round, by cases, and with the first of several', async () => {
  const plan = {
    name: 'p',
    steps: [
      { id: 'each', forEach: { over: '$.input', run: { function: 'echo' }, input: ['$.index', '$.item'] } },
      {
        id: 'two',
        after: ['each'],
        forEach: { over: '$.each', run: { function: 'count' }, join: { atLeast: 2 } },
      },
      {
        id: 'rounds',
        repeat: { run: { function: 'echo' }, input: '$.round', until: { $eq: ['$.output', 3] }, most: 5 },
      },
      {
        id: 'kind',
        branch: { on: '$.input.0', cases: { x: { run: { function: 'echo' }, input: 'case x' } } },
      },
      {
        id: 'first',
        race: {
          members: { bad: { run: { function: 'fail' } }, good: { run: { function: 'echo' }, input: 1 } },
        },
      },
    ],
  };

  await expect(outputOf(plan, ['x', 'y'])).resolves.toMatchObject({
    each: [
      [0, 'x'],
      [1, 'y'],
    ],
    two: [2, 2],
    rounds: 3,
    kind: 'case x',
    first: { winner: 'good', output: 1 },
  });
});

it('falls back to data and to other work, which sees the error', async () => {
  const fails = { run: { function: 'fail' } };
  const plan = {
    name: 'p',
    steps: [
      { id: 'a', ...fails, onFailure: { value: { $literal: { $x: 1 } } } },
      { id: 'b', ...fails, onFailure: { run: { function: 'echo' }, input: '$.error.cause.message' } },
      { id: 'c', ...fails, onFailure: 'continue' },
    ],
    output: { a: '$.a', b: '$.b', c: { $exists: '$.c' } },
  };

  await expect(outputOf(plan)).resolves.toEqual({ a: { $x: 1 }, b: 'out of paper', c: false });
});

it('waits for a signal, for a time that is known at run time, and for a decision about a question that is made', async () => {
  const { clock, engine } = startEngine();
  const plan = {
    name: 'p',
    steps: [
      { id: 'paid', run: { signal: 'paid' } },
      { id: 'wait', after: ['paid'], run: { sleep: '$.paid.wait' } },
      {
        id: 'ok',
        after: ['paid', 'wait'],
        run: { gate: { ask: { $text: ['Send to ', '$.paid.to', '?'] } } },
      },
    ],
    output: '$.ok.approved',
  };
  const run = engine.start(defineWorkflow.fromJSON(plan), undefined);
  await run.sendSignal('paid', { wait: '2s', to: 'Oslo' });
  await clock.advance(1_999);
  expect(engine.pending()).toEqual([]);
  await clock.advance(1);
  expect(engine.pending()).toMatchObject([{ ask: 'Send to Oslo?' }]);
  await run.decide('ok', { approved: true });

  await expect(run.result).resolves.toBe(true);
});

it('undoes with a function of the table, which gets the output', async () => {
  const undone: unknown[] = [];
  const functions = { ...tables.functions, back: (output: unknown) => undone.push(output) };
  const plan = {
    name: 'p',
    steps: [
      { id: 'a', run: { function: 'echo' }, input: 7, undo: { function: 'back' } },
      { id: 'b', after: ['a'], run: { function: 'fail' } },
    ],
  };

  await rejection(outputOf(plan, undefined, { functions }));

  expect(undone).toEqual([7]);
});

it('says of a whole plan what a definition in code says', () => {
  const { deadline, concurrency, version, policy } = defineWorkflow.fromJSON(
    planOf(
      {},
      {
        deadline: '2m',
        concurrency: 'Infinity',
        version: 3,
        policy: { attempts: 'Infinity', timeout: '1s' },
      },
    ),
    tables,
  );

  expect({ deadline, concurrency, version }).toEqual({
    deadline: 120_000,
    concurrency: Infinity,
    version: '3',
  });
  expect(policy).toMatchObject({ attempts: Infinity, timeout: 1_000 });
});
