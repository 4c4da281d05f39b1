import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineAgent, defineCapability, defineWorkflow, type HandlerContext } from '../../src/index.ts';

// Each wrong line stands beside a right one that differs in nothing but the mistake.

const research = defineCapability('research', {
  input: z.object({ topic: z.string() }),
  output: z.object({ facts: z.array(z.string()) }),
});
const writer = defineAgent('writer', { handle: async (facts: string[]) => facts.join('\n') });
const start = defineWorkflow<{ topic: string }>('w')
  .step('count', { run: () => 5 })
  .step('name', { run: async () => 'ada' });

describe('after', () => {
  it('takes the steps that were added before, and no others', () => {
    start.step('next', { run: () => 1, after: ['count', 'name'] });
    start.step('next', { run: () => 1, after: [] });
    // @ts-expect-error there is no step "ghost"
    start.step('next', { run: () => 1, after: ['ghost'] });
    // @ts-expect-error there is no step "ghost"
    start.step('next', { run: () => 1, after: ['count', 'ghost'] });
    // @ts-expect-error a step does not come after itself
    start.step('next', { run: () => 1, after: ['next'] });
    // @ts-expect-error the names stand in a list
    start.step('next', { run: () => 1, after: 'count' });
    // @ts-expect-error there is no step "ghost", for a step of any kind
    start.step('next', { run: research, input: () => ({ topic: '' }), after: ['ghost'] });
  });

  it('shows a step exactly the outputs that it named', () => {
    start.step('next', { run: ({ count }) => count, after: ['count'] });
    // @ts-expect-error "name" was not named
    start.step('next', { run: ({ name }) => name, after: ['count'] });
    // @ts-expect-error nothing was named
    start.step('next', { run: ({ count }) => count });
    start.step('next', {
      after: ['count'],
      run: (scope) => {
        expectTypeOf(scope).toEqualTypeOf<
          { readonly input: { topic: string } } & { readonly count: number }
        >();
        expectTypeOf<keyof typeof scope>().toEqualTypeOf<'input' | 'count'>();
      },
    });
  });

  it('shows mappings and conditions the same', () => {
    start.step('next', { run: writer, input: ({ name }) => [name], after: ['name'] });
    // @ts-expect-error "name" was not named
    start.step('next', { run: writer, input: ({ name }) => [name], after: ['count'] });
    start.step('next', { run: () => 1, when: ({ count }) => count > 1, after: ['count'] });
    // @ts-expect-error "count" was not named
    start.step('next', { run: () => 1, when: ({ count }) => count > 1, after: ['name'] });
  });

  it('gives outputs as they are when somebody has waited for them', () => {
    start.step('next', {
      after: ['name', 'count'],
      run: ({ name, count, input }) => {
        expectTypeOf(name).toEqualTypeOf<string>();
        expectTypeOf(count).toEqualTypeOf<number>();
        expectTypeOf(input).toEqualTypeOf<{ topic: string }>();
      },
    });
  });
});

describe('the mapping', () => {
  it('makes what the capability, the agent or the workflow takes', () => {
    start.step('next', { run: research, input: ({ input }) => ({ topic: input.topic }) });
    // @ts-expect-error `topic` is text
    start.step('next', { run: research, input: () => ({ topic: 5 }) });
    // @ts-expect-error `topic` is missing
    start.step('next', { run: research, input: () => ({}) });
    start.step('next', { run: writer, input: () => ['a'] });
    // @ts-expect-error the writer takes a list of texts
    start.step('next', { run: writer, input: () => 'a' });
    // @ts-expect-error the workflow takes a topic
    start.step('next', { run: start, input: () => ({ subject: 'a' }) });
    start.step('next', { run: start, input: () => ({ topic: 'a' }) });
  });

  it('is needed where the step is no function', () => {
    // @ts-expect-error the capability needs an input
    start.step('next', { run: research });
    // @ts-expect-error the agent needs an input
    start.step('next', { run: writer, after: ['name'] });
    // @ts-expect-error the requirement needs an input
    start.step('next', { run: { capabilities: ['research'] } });
    start.step('next', { run: { capabilities: ['research'] }, input: () => 'anything' });
  });

  it('makes the input of a function, which must take it', () => {
    const double = (n: number): number => n * 2;
    start.step('next', { run: double, input: ({ count }) => count, after: ['count'] });
    // @ts-expect-error the function takes a number, the mapping makes text
    start.step('next', { run: double, input: ({ name }) => name, after: ['name'] });
    start.step('next', { run: (n: number) => n, input: ({ count }) => count, after: ['count'] });
    // @ts-expect-error the function takes text, the mapping makes a number
    start.step('next', { run: (s: string) => s, input: ({ count }) => count, after: ['count'] });
    start.step('next', {
      after: ['count'],
      input: ({ count }) => ({ twice: count * 2 }),
      run: (input, context) => {
        expectTypeOf(input).toEqualTypeOf<{ twice: number }>();
        expectTypeOf(context).toEqualTypeOf<HandlerContext>();
      },
    });
  });
});

describe('a step', () => {
  it('knows its options', () => {
    start.step('next', { run: () => 1, policy: { attempts: 3, timeout: '30s' } });
    // @ts-expect-error there is no option "retries"
    start.step('next', { run: () => 1, retries: 3 });
    // @ts-expect-error the policy has no field "retries"
    start.step('next', { run: () => 1, policy: { retries: 3 } });
    // @ts-expect-error a duration has a unit
    start.step('next', { run: () => 1, policy: { timeout: '30' } });
    // @ts-expect-error a condition says true or false
    start.step('next', { run: () => 1, when: () => 'yes' });
    // @ts-expect-error a condition does not keep anybody waiting
    start.step('next', { run: () => 1, when: async () => true });
    // @ts-expect-error an agent is given by its definition or a requirement, not by its bare name
    start.step('next', { run: 'writer', input: () => [] });
  });

  it('may be an agent of a list whose names are not known to the types', () => {
    const anyone = defineAgent('anyone', { capabilities: ['whatever'], handle: (input) => input });
    start.step('next', { run: anyone, input: () => ({ free: 'form' }) });
  });
});
