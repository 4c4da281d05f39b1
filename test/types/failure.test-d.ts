import { describe, expectTypeOf, it } from 'vitest';
import { type Coordinator, defineAgent, defineWorkflow, type ErrorRecord } from '../../src/index.ts';

declare const house: Coordinator;

const writer = defineAgent('writer', { handle: (facts: string[]) => facts.join('\n') });
const start = defineWorkflow<{ topic: string }>('w')
  .step('count', { run: () => 5 })
  .step('name', { run: async () => 'ada' });

describe('onFailure', () => {
  it('adds the type of the value that takes the place of the output', () => {
    const none: string | null = null as string | null;
    const workflow = start.step('s', { run: () => 5, onFailure: { value: none } });
    workflow.output(({ s }) => {
      expectTypeOf(s).toEqualTypeOf<number | string | null>();
    });
    start.step('t', { run: writer, input: () => [], onFailure: { value: none } }).output(({ t }) => {
      expectTypeOf(t).toEqualTypeOf<string | null>();
    });
  });

  it('adds the type of what is run instead, which sees the same and the error', () => {
    const workflow = start.step('s', {
      after: ['count'],
      run: () => 5,
      onFailure: {
        run: async ({ error, count, input }, { signal }) => {
          expectTypeOf(error).toEqualTypeOf<ErrorRecord>();
          expectTypeOf(count).toEqualTypeOf<number>();
          expectTypeOf(input).toEqualTypeOf<{ topic: string }>();
          return signal.aborted;
        },
      },
    });
    workflow.output(({ s }) => {
      expectTypeOf(s).toEqualTypeOf<number | boolean>();
    });
  });

  it('checks the mapping of what is run instead', () => {
    start
      .step('s', {
        after: ['name'],
        run: () => 1,
        onFailure: { run: writer, input: ({ name }, { message }) => [name, message] },
      })
      .output(({ s }) => {
        expectTypeOf(s).toEqualTypeOf<number | string>();
      });
    start.step('s', { run: () => 1, onFailure: { run: writer, input: () => [''] } });
    // @ts-expect-error the writer takes a list of texts
    start.step('s', { run: () => 1, onFailure: { run: writer, input: () => 5 } });
    // @ts-expect-error the writer needs an input
    start.step('s', { run: () => 1, onFailure: { run: writer } });
  });

  it('changes nothing with fail', () => {
    start.step('s', { run: () => 5, onFailure: 'fail' }).output((outputs) => {
      expectTypeOf(outputs.s).toEqualTypeOf<number>();
    });
    // @ts-expect-error there is no such rule
    start.step('s', { run: () => 5, onFailure: 'ignore' });
  });

  it('makes the key optional in the output of the run with continue, and those that are skipped with it', () => {
    const one = start.step('s', { run: () => 5, onFailure: 'continue' });
    const two = one.step('t', {
      after: ['s', 'count'],
      run: ({ s }) => {
        // It runs only when the step before it has completed.
        expectTypeOf(s).toEqualTypeOf<number>();
        return '';
      },
    });
    const three = two
      .step('u', { after: ['t'], run: () => true })
      .step('v', { after: ['count'], run: () => 1 });
    three.output((outputs) => {
      expectTypeOf(outputs).toEqualTypeOf<{
        readonly count: number;
        readonly name: string;
        readonly s?: number;
        readonly t?: string;
        readonly u?: boolean;
        readonly v: number;
      }>();
    });
    expectTypeOf(house.run(one, { topic: '' })).resolves.toEqualTypeOf<{
      count: number;
      name: string;
      s?: number;
    }>();
  });
});

describe('undo', () => {
  it('gets the output as it is when somebody has waited for it, or none where nobody knows it', () => {
    start.step('s', {
      run: async () => 5,
      undo: (output, { idempotencyKey }) => {
        expectTypeOf(output).toEqualTypeOf<number | undefined>();
        expectTypeOf(idempotencyKey).toEqualTypeOf<string>();
      },
    });
    start.step('s', {
      after: ['count'],
      run: async ({ count }) => count,
      undo: {
        run: (output) => {
          expectTypeOf(output).toEqualTypeOf<number | undefined>();
        },
        policy: { attempts: 3 },
      },
    });
    start.step('s', { run: writer, input: () => [], undo: (output) => output?.length });
    // @ts-expect-error the output is a number
    start.step('s', { run: () => 5, undo: (output: string) => output });
    // @ts-expect-error the policy has no field "retries"
    start.step('s', { run: () => 5, undo: { run: () => 1, policy: { retries: 3 } } });
  });
});
