import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineWorkflow, type Schema, SchemaViolationError } from '../../src/index.ts';
import { rejection, thrownBy } from '../support/outcome.ts';
import { linesOf, startEngine } from '../support/workflows.ts';

const topic = z.object({ topic: z.string().trim().min(1) });

function schema(validate: (value: unknown) => unknown): Schema {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } };
}

it('gives every step what the schema made of the input', async () => {
  const { engine } = startEngine();
  const seen: unknown[] = [];
  const workflow = defineWorkflow('w', { input: topic })
    .step('a', { run: ({ input }) => seen.push(input) })
    .step('b', { run: ({ input }) => seen.push(input), after: ['a'] });

  await engine.run(workflow, { topic: '  tides ' });

  expect(seen).toEqual([{ topic: 'tides' }, { topic: 'tides' }]);
});

it('refuses a wrong input with the path of what is wrong, inside the call, and starts nothing', async () => {
  const { engine } = startEngine();
  const workflow = defineWorkflow('w', { input: topic }).step('a', { run: () => 1 });
  const error = thrownBy(() => engine.start(workflow, { topic: 5 } as never));

  expect(error).toBeInstanceOf(SchemaViolationError);
  expect(error).toMatchObject({
    code: 'SCHEMA_VIOLATION',
    where: 'input of workflow "w"',
    retryable: false,
    issues: [{ path: 'topic' }],
  });
  expect(engine.stats()).toMatchObject({ started: 0, active: 0, retained: 0 });
  expect(await rejection(engine.run(workflow, {} as never))).toBeInstanceOf(SchemaViolationError);
});

it('waits for a schema that is asynchronous, and then starts with what it made', async () => {
  const { engine } = startEngine();
  const slow = schema(async (value) => ({ value: `${value}!` }));
  const workflow = defineWorkflow('w', { input: slow }).step('a', { run: ({ input }) => input });
  const run = engine.start(workflow, 'x');

  expect(run.status).toBe('pending');
  expect(await run.result).toEqual({ a: 'x!' });
});

it('fails the run when an asynchronous schema refuses its input; no step starts', async () => {
  const { engine } = startEngine();
  const slow = schema(async () => ({ issues: [{ message: 'never', path: ['a', { key: 'b' }, 0] }] }));
  const run = engine.start(defineWorkflow('w', { input: slow }).step('a', { run: () => 1 }), 'x');

  expect(await rejection(run.result)).toMatchObject({
    code: 'SCHEMA_VIOLATION',
    issues: [{ path: 'a.b.0', message: 'never' }],
  });
  expect(run.snapshot()).toMatchObject({ status: 'failed', steps: [{ id: 'a', status: 'cancelled' }] });
  expect(await linesOf(run)).toEqual(['run.failed']);
  expect(engine.stats()).toMatchObject({ failed: 1, active: 0 });
});

it('starts no step of a run that was cancelled while its schema was at work', async () => {
  const { clock, engine } = startEngine();
  const answer = Promise.withResolvers<{ value: unknown }>();
  const workflow = defineWorkflow('w', { input: schema(() => answer.promise) }).step('a', { run: () => 1 });
  const run = engine.start(workflow, 'x');
  run.cancel();
  answer.resolve({ value: 'x' });
  await clock.settle();

  expect(run.status).toBe('cancelled');
  expect(await linesOf(run)).toEqual(['run.cancelled']);
});

it.each([
  [
    'throws',
    () =>
      schema(() => {
        throw new Error('broken schema');
      }),
  ],
  ['rejects', () => schema(() => Promise.reject(new Error('broken schema')))],
])('turns a schema that %s into a violation with the error as its cause', async (_what, broken) => {
  const { engine } = startEngine();
  const workflow = defineWorkflow('w', { input: broken() }).step('a', { run: () => 1 });

  expect(await rejection(engine.run(workflow, 'x'))).toMatchObject({
    code: 'SCHEMA_VIOLATION',
    cause: { message: 'broken schema' },
  });
});

it.each([[undefined], [null], [0], [''], [new Map([[1, new Date(2)]])]])(
  'passes any input on as it is when there is no schema: %s',
  async (input) => {
    const { engine } = startEngine();
    const workflow = defineWorkflow<unknown>('w')
      .step('a', { run: (scope) => [scope.input, 'input' in scope] })
      .output(({ a }) => a);

    expect(await engine.run(workflow, input)).toEqual([input, true]);
  },
);

it('passes an input without a schema on by reference', async () => {
  const { engine } = startEngine();
  const input = { then: 'no function' };
  const workflow = defineWorkflow<object>('w')
    .step('a', { run: (scope) => [scope.input === input] })
    .output(({ a }) => a);

  expect(await engine.run(workflow, input)).toEqual([true]);
});

it.each([
  [Symbol.iterator, '', 'a symbol is no data'],
  [Promise.resolve(1), '', 'an instance of Promise is no data'],
  [{ deep: [0, { handle: () => 1 }] }, 'deep.1.handle', 'a function is no data'],
])('refuses an input that could not be stored, whatever store there is: %s', async (input, path, reason) => {
  const { engine } = startEngine();
  const workflow = defineWorkflow<unknown>('w').step('a', { run: () => 1 });

  expect(() => engine.start(workflow, input)).toThrow(
    expect.objectContaining({ code: 'UNSTORABLE', what: 'input of workflow "w"', path, reason }),
  );
  expect(engine.stats()).toMatchObject({ started: 0, active: 0 });
});
