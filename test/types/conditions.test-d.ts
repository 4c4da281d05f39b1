import { describe, expectTypeOf, it } from 'vitest';
import { type Coordinator, defineAgent, defineWorkflow } from '../../src/index.ts';

declare const house: Coordinator;

const writer = defineAgent('writer', { handle: (facts: string[]) => facts.join('\n') });
const workflow = defineWorkflow<number>('w')
  .step('sure', { run: () => 1 })
  .step('maybe', { run: () => 'x', when: ({ input }) => input > 5 })
  .step('written', { run: writer, input: () => ['a'], when: () => true })
  .step('after', {
    after: ['sure', 'maybe', 'written'],
    run: ({ sure, maybe, written }) => ({ sure, maybe, written }),
  });

describe('a step with `when`', () => {
  it('makes its own key optional', () => {
    expectTypeOf(house.run(workflow, 1)).resolves.toMatchObjectType<{ maybe?: string; written?: string }>();
    workflow.output(({ maybe }) => maybe?.length);
    // @ts-expect-error it may be missing
    workflow.output(({ maybe }) => maybe.length);
  });

  it('makes nothing else optional, neither steps beside it nor those after it', () => {
    workflow.output((outputs) => {
      expectTypeOf(outputs.sure).toEqualTypeOf<number>();
      expectTypeOf(outputs.after).toEqualTypeOf<{
        sure: number;
        maybe: string | undefined;
        written: string | undefined;
      }>();
    });
  });

  it('is optional in the scopes of those who name it', () => {
    workflow.step('x', {
      after: ['sure', 'maybe'],
      run: (scope) => {
        expectTypeOf(scope.sure).toEqualTypeOf<number>();
        expectTypeOf(scope.maybe).toEqualTypeOf<string | undefined>();
      },
    });
    workflow.step('x', { run: writer, input: ({ maybe }) => [maybe ?? ''], after: ['maybe'] });
    // @ts-expect-error what may be missing is no text
    workflow.step('x', { run: writer, input: ({ maybe }) => [maybe], after: ['maybe'] });
  });

  it('is a step like any other when `when` is left undefined', () => {
    const always = defineWorkflow('w').step('s', { run: () => 1, when: undefined });
    always.output((outputs) => {
      expectTypeOf(outputs.s).toEqualTypeOf<number>();
    });
  });
});
