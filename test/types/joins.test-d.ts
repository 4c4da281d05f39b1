import { describe, expectTypeOf, it } from 'vitest';
import * as cadre from '../../src/index.ts';
import {
  atLeast,
  type Coordinator,
  defineAgent,
  defineWorkflow,
  quorum,
  type Settled,
} from '../../src/index.ts';

declare const house: Coordinator;

const writer = defineAgent('writer', { handle: (facts: string[]) => facts.join('\n') });
const start = defineWorkflow<{ topic: string }>('w')
  .step('count', { run: () => 5 })
  .step('name', { run: async () => 'ada' })
  .step('maybe', { run: () => true, when: ({ input }) => input.topic === '' });

describe('the join of a step', () => {
  it('shows each output as it is with all', () => {
    start.step('s', {
      after: ['count', 'maybe'],
      join: 'all',
      run: ({ count, maybe }) => {
        expectTypeOf(count).toEqualTypeOf<number>();
        expectTypeOf(maybe).toEqualTypeOf<boolean | undefined>();
      },
    });
  });

  it('shows what became of each with settled', () => {
    start.step('s', {
      after: ['count', 'name', 'maybe'],
      join: 'settled',
      run: ({ count, name, maybe, input }) => {
        expectTypeOf(input).toEqualTypeOf<{ topic: string }>();
        expectTypeOf(count).toEqualTypeOf<Settled<number>>();
        expectTypeOf(name).toEqualTypeOf<Settled<string>>();
        expectTypeOf(maybe).toEqualTypeOf<Settled<boolean>>();
        if (count.status === 'completed') expectTypeOf(count.output).toEqualTypeOf<number>();
      },
    });
    // @ts-expect-error it may have failed
    start.step('s', { after: ['count'], join: 'settled', run: ({ count }) => count.output });
  });

  it('makes each output optional with the others', () => {
    start.step('s', {
      after: ['count', 'name'],
      join: 'any',
      run: (scope) => {
        expectTypeOf(scope).toEqualTypeOf<
          { readonly input: { topic: string } } & { readonly count?: number; readonly name?: string }
        >();
      },
    });
    start.step('s', { after: ['count'], join: atLeast(1), run: ({ count }) => count?.toFixed() });
    // @ts-expect-error it may be missing
    start.step('s', { after: ['count'], join: atLeast(1), run: ({ count }) => count.toFixed() });
    start.step('s', { after: ['count'], join: quorum(1), run: ({ count }) => count?.toFixed() });
    // @ts-expect-error it may be missing
    start.step('s', { after: ['count'], join: quorum(1), run: ({ count }) => count.toFixed() });
    start.step('s', {
      after: ['name'],
      join: cadre.before('3s'),
      run: writer,
      input: ({ name }) => [name ?? ''],
    });
    // @ts-expect-error what may be missing is no text
    start.step('s', { after: ['name'], join: cadre.before('3s'), run: writer, input: ({ name }) => [name] });
  });

  it('shows conditions the same, wherever the join stands', () => {
    start.step('s', {
      run: ({ count }, { signal }) => [count?.toFixed(), signal],
      when: ({ count }) => count !== 5,
      join: 'any',
      after: ['count'],
    });
  });

  it('compares in a quorum what the members give', () => {
    const by = (output: number | string) => output;
    start.step('s', { after: ['count', 'name'], join: quorum(2, by), run: () => 1 });
    const text = (output: string) => output;
    // @ts-expect-error one of them gives a number
    start.step('s', { after: ['count', 'name'], join: quorum(2, text), run: () => 1 });
  });

  it('is one of those that there are', () => {
    // @ts-expect-error there is no such join
    start.step('s', { after: ['count'], join: 'most', run: ({ count }) => count });
    // @ts-expect-error a duration has a unit
    cadre.before('3');
  });

  it('makes optional what may be cancelled with its members', () => {
    const pipelines = defineWorkflow('w')
      .step('near', { run: () => 1 })
      .step('far', { run: () => 2 })
      .step('nearer', { after: ['near'], run: ({ near }) => near })
      .step('aside', { run: () => 'x' });
    const first = { run: () => true, after: ['nearer', 'far'] as const };
    pipelines.step('s', { ...first, join: 'any' }).output((outputs) => {
      expectTypeOf(outputs).toEqualTypeOf<{
        readonly near?: number;
        readonly far?: number;
        readonly nearer?: number;
        readonly aside: string;
        readonly s: boolean;
      }>();
    });
    // All have ended, so that none is cancelled.
    pipelines.step('s', { ...first, join: 'settled' }).output(({ near }) => {
      expectTypeOf(near).toEqualTypeOf<number>();
    });
  });

  it('makes its members optional in the output of the run, and nothing else', () => {
    const joined = start.step('s', { after: ['count', 'name'], join: 'any', run: () => new Date() });
    joined.output((outputs) => {
      expectTypeOf(outputs).toEqualTypeOf<{
        readonly count?: number;
        readonly name?: string;
        readonly maybe?: boolean;
        readonly s: Date;
      }>();
    });
    expectTypeOf(house.run(joined, { topic: '' })).resolves.toEqualTypeOf<{
      count?: number;
      name?: string;
      maybe?: boolean;
      s: Date;
    }>();
  });
});
