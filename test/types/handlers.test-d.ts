import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  type Agent,
  type Ask,
  type Capability,
  type Coordinator,
  defineAgent,
  defineCapability,
} from '../../src/index.ts';

declare const house: Coordinator;
declare const ask: Ask;

const plain = defineCapability<{ topic: string }, string[]>('plain');
const checked = defineCapability('checked', {
  input: z.object({ topic: z.string() }),
  output: z.object({ facts: z.array(z.string()) }),
});
const transforming = defineCapability('transforming', {
  input: z.object({ day: z.string().transform((text) => new Date(text)), limit: z.number().default(5) }),
  output: z.object({ count: z.number().transform(String) }),
});

describe('a handler', () => {
  it('takes and gives what its capability says', () => {
    defineAgent('a', { capabilities: [checked], handle: ({ topic }) => ({ facts: [topic] }) });
    defineAgent('a', { capabilities: [checked], handle: async ({ topic }) => ({ facts: [topic] }) });
    // @ts-expect-error there is no `title` in the input
    defineAgent('a', { capabilities: [checked], handle: ({ title }) => ({ facts: [title] }) });
    // @ts-expect-error the input is no number
    defineAgent('a', { capabilities: [checked], handle: (input: number) => ({ facts: [`${input}`] }) });
    // @ts-expect-error facts are a list of texts
    defineAgent('a', { capabilities: [checked], handle: () => ({ facts: [5] }) });
    // @ts-expect-error facts are missing
    defineAgent('a', { capabilities: [checked], handle: async () => ({}) });
  });

  it('takes what the schema made of the input, and gives what goes into the schema of the output', () => {
    const agent = defineAgent('a', {
      capabilities: [transforming],
      handle: (input) => {
        expectTypeOf(input).toEqualTypeOf<{ day: Date; limit: number }>();
        return { count: 5 };
      },
    });
    expectTypeOf(agent).toEqualTypeOf<
      Agent<{ day: string; limit?: number | undefined }, { count: string }>
    >();
    // @ts-expect-error the handler gives a number, of which the schema makes text
    defineAgent('a', { capabilities: [transforming], handle: () => ({ count: '5' }) });
  });

  it('takes and gives what the types of the capability say where there is no schema', () => {
    defineAgent('a', { capabilities: [plain], handle: ({ topic }) => [topic] });
    // @ts-expect-error a list is asked for
    defineAgent('a', { capabilities: [plain], handle: ({ topic }) => topic });
  });

  it('takes anything where the capability is only a name', () => {
    defineAgent('a', { capabilities: ['whatever'], handle: ({ topic }) => [topic] });
  });

  it('says itself what it takes where there is no capability', () => {
    const agent = defineAgent('a', { handle: async (n: number) => `${n}` });
    expectTypeOf(agent).toEqualTypeOf<Agent<number, string>>();
  });

  it('is needed, and the options are known', () => {
    // @ts-expect-error there is no handler
    defineAgent('a', { capabilities: [checked] });
    // @ts-expect-error there is no option "tags"
    defineAgent('a', { handle: () => 1, tags: [] });
  });
});

describe('ask', () => {
  it('takes what the capability or the agent takes, and gives what it gives', () => {
    expectTypeOf(house.ask(checked, { topic: 'x' })).toEqualTypeOf<Promise<{ facts: string[] }>>();
    expectTypeOf(ask(checked, { topic: 'x' })).toEqualTypeOf<Promise<{ facts: string[] }>>();
    // @ts-expect-error `topic` is text
    void house.ask(checked, { topic: 5 });
    // @ts-expect-error `topic` is missing
    void house.ask(checked, {});
    // @ts-expect-error `topic` is text, also within a handler
    void ask(checked, { topic: 5 });
    const agent = defineAgent('a', { handle: async (n: number) => `${n}` });
    expectTypeOf(house.ask(agent, 5)).toEqualTypeOf<Promise<string>>();
    // @ts-expect-error the agent takes a number
    void house.ask(agent, '5');
  });

  it('takes what goes into a transforming schema, and gives what comes out', () => {
    expectTypeOf(house.ask(transforming, { day: '2026-01-01' })).toEqualTypeOf<Promise<{ count: string }>>();
    // @ts-expect-error the schema takes text
    void house.ask(transforming, { day: new Date() });
  });

  it('takes and gives anything where somebody is asked by name or requirement', () => {
    expectTypeOf(house.ask('ada', { free: 'form' })).toEqualTypeOf<Promise<unknown>>();
    expectTypeOf(house.ask({ capabilities: [checked] }, 5)).toEqualTypeOf<Promise<unknown>>();
  });

  it('gives a task handle of the same type when a task is submitted', () => {
    expectTypeOf(house.tasks.submit(checked, { topic: 'x' }).result).toEqualTypeOf<
      Promise<{ facts: string[] }>
    >();
  });

  it('knows its options', () => {
    void house.ask(checked, { topic: 'x' }, { timeout: '5s', priority: 'high' });
    // @ts-expect-error a duration has a unit
    void house.ask(checked, { topic: 'x' }, { timeout: '5' });
    // @ts-expect-error there is no such priority
    void house.ask(checked, { topic: 'x' }, { priority: 'urgent' });
  });
});

describe('a capability', () => {
  it('has the types of its schemas, for callers and for handlers', () => {
    expectTypeOf(checked).toEqualTypeOf<
      Capability<{ topic: string }, { facts: string[] }, { topic: string }, { facts: string[] }>
    >();
    expectTypeOf(defineCapability('anything')).toEqualTypeOf<Capability<unknown, unknown>>();
  });

  it('has unknown types on the side that has no schema', () => {
    const half = defineCapability('half', { output: z.string() });
    expectTypeOf(house.ask(half, { free: 'form' })).toEqualTypeOf<Promise<string>>();
  });
});
