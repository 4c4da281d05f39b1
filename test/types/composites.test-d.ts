import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  type Approval,
  atLeast,
  defineAgent,
  defineCapability,
  defineWorkflow,
  gate,
  quorum,
  type Settled,
  signal,
  sleep,
} from '../../src/index.ts';

const research = defineCapability('research', {
  input: z.object({ topic: z.string() }),
  output: z.object({ facts: z.array(z.string()) }),
});
const writer = defineAgent('writer', { handle: async (facts: string[]) => facts.join('\n') });
const reader = defineAgent('reader', { handle: async (text: string) => text.length });
const inner = defineWorkflow<{ n: number }>('inner')
  .step('x', { run: () => true })
  .output(({ x }) => x);
const start = defineWorkflow<{ topic: string }>('w')
  .step('texts', { run: () => ['a', 'b'] })
  .step('count', { run: () => 5 });

describe('forEach', () => {
  it('gives a list of what its code gives for the items', () => {
    start
      .forEach('plain', { after: ['texts'], over: ({ texts }) => texts, run: (item) => item.length })
      .forEach('promised', {
        after: ['texts', 'count'],
        over: ({ texts }) => texts,
        input: (item, index, { count, input }) => ({ item, at: index + count, topic: input.topic }),
        run: async ({ item, at }, { signal }) => (signal.aborted ? item : at),
      })
      .forEach('read', { after: ['texts'], over: ({ texts }) => texts, run: reader })
      .forEach('written', {
        after: ['texts'],
        over: ({ texts }) => texts,
        run: writer,
        input: (text) => [text],
      })
      .forEach('paid', { after: ['texts'], over: ({ texts }) => texts, run: signal<Date>('paid') })
      .forEach('asked', { over: () => [1], run: gate({ ask: 'go on?' }), join: 'settled' })
      .forEach('anyone', { over: ({ input }) => [input], run: { agent: 'ada' } })
      .output((outputs) => {
        expectTypeOf(outputs.plain).toEqualTypeOf<number[]>();
        expectTypeOf(outputs.promised).toEqualTypeOf<(string | number)[]>();
        expectTypeOf(outputs.read).toEqualTypeOf<number[]>();
        expectTypeOf(outputs.written).toEqualTypeOf<string[]>();
        expectTypeOf(outputs.paid).toEqualTypeOf<Date[]>();
        expectTypeOf(outputs.asked).toEqualTypeOf<Settled<Approval>[]>();
        expectTypeOf(outputs.anyone).toEqualTypeOf<unknown[]>();
      });
  });

  it('gives what its join says', () => {
    const over = ({ texts }: { readonly texts: string[] }) => texts;
    start
      .forEach('settled', { after: ['texts'], over, run: (item) => item.length, join: 'settled' })
      .forEach('any', { after: ['texts'], over, run: (item) => item.length, join: 'any' })
      .forEach('some', { after: ['texts'], over, run: reader, join: atLeast(2), concurrency: 4, most: 50 })
      .output((outputs) => {
        expectTypeOf(outputs.settled).toEqualTypeOf<Settled<number>[]>();
        expectTypeOf(outputs.any).toEqualTypeOf<(number | undefined)[]>();
        expectTypeOf(outputs.some).toEqualTypeOf<(number | undefined)[]>();
      });
    start.forEach('q', { after: ['texts'], over, run: reader, join: quorum(2, (n: number) => n) });
    // @ts-expect-error the reader gives a number
    start.forEach('q', { after: ['texts'], over, run: reader, join: quorum(2, (n: string) => n) });
  });

  it('checks the list, the items and the mapping', () => {
    start.forEach('s', { after: ['texts'], over: ({ texts }) => texts, run: (item: string) => item });
    // @ts-expect-error the items are texts
    start.forEach('s', { after: ['texts'], over: ({ texts }) => texts, run: (item: number) => item });
    // @ts-expect-error a number is no list
    start.forEach('s', { after: ['count'], over: ({ count }) => count, run: () => 1 });
    // @ts-expect-error "texts" was not named
    start.forEach('s', { over: ({ texts }) => texts, run: () => 1 });
    // @ts-expect-error the writer takes lists of texts
    start.forEach('s', { after: ['texts'], over: ({ texts }) => texts, run: writer });
    // @ts-expect-error the writer takes lists of texts
    start.forEach('s', { after: ['texts'], over: ({ texts }) => texts, run: writer, input: (text) => text });
    // @ts-expect-error the list is missing
    start.forEach('s', { run: () => 1 });
    // @ts-expect-error there is no option "limit"
    start.forEach('s', { over: () => [1], run: () => 1, limit: 5 });
  });

  it('says what every step may say', () => {
    start
      .forEach('maybe', {
        after: ['count'],
        when: ({ count }) => count > 1,
        over: () => [1],
        run: (n) => `${n}`,
        undo: (output) => expectTypeOf(output).toEqualTypeOf<string[] | undefined>(),
      })
      .forEach('none', { over: () => [1], run: () => 1, onFailure: { value: undefined } })
      .forEach('may', { over: () => [1], run: () => 1, onFailure: 'continue' })
      .output((outputs) => {
        expectTypeOf(outputs.maybe).toEqualTypeOf<string[] | undefined>();
        expectTypeOf(outputs.none).toEqualTypeOf<number[] | undefined>();
        expectTypeOf(outputs.may).toEqualTypeOf<number[] | undefined>();
      });
  });
});

describe('repeat', () => {
  it('gives what a round gives, and shows a round the one before it', () => {
    start
      .repeat('polished', {
        after: ['texts'],
        run: writer,
        input: ({ texts, previous, round }) => {
          expectTypeOf(previous).toEqualTypeOf<string | undefined>();
          expectTypeOf(round).toEqualTypeOf<number>();
          return previous === undefined ? texts : [previous];
        },
        until: (text, round) => text.length > round,
        most: 3,
      })
      .repeat('counted', {
        run: async (n: number) => n + 1,
        input: ({ previous = 0 }) => previous,
        until: (n) => n > 3,
        most: 5,
        onLimit: 'continue',
      })
      .output((outputs) => {
        expectTypeOf(outputs.polished).toEqualTypeOf<string>();
        expectTypeOf(outputs.counted).toEqualTypeOf<number>();
      });
    // @ts-expect-error a bound is needed
    start.repeat('s', { run: writer, input: () => [], until: () => true });
    // @ts-expect-error the writer takes lists of texts
    start.repeat('s', { run: writer, input: () => 5, until: () => true, most: 3 });
    // @ts-expect-error the output is text
    start.repeat('s', { run: writer, input: () => [], until: (text: number) => text > 5, most: 3 });
  });
});

describe('race', () => {
  it('gives the winner with its output', () => {
    start
      .race('first', {
        after: ['count'],
        members: {
          code: { run: ({ count }) => count * 2 },
          agent: { run: writer, input: ({ input }) => [input.topic] },
          flow: { run: inner, input: ({ count }) => ({ n: count }), policy: { timeout: '5s' } },
          paid: { run: signal<Date>('paid') },
          late: { run: sleep('3s') },
          asked: { run: gate({ ask: 'go on?' }) },
          mapped: { run: (n: number) => `${n}`, input: ({ count }) => count },
          anyone: { run: { agent: 'ada' }, input: ({ count }) => count },
        },
      })
      .output(({ first }) => {
        expectTypeOf(first.winner).toEqualTypeOf<
          'code' | 'agent' | 'flow' | 'paid' | 'late' | 'asked' | 'mapped' | 'anyone'
        >();
        if (first.winner === 'code') expectTypeOf(first.output).toEqualTypeOf<number>();
        if (first.winner === 'agent') expectTypeOf(first.output).toEqualTypeOf<string>();
        if (first.winner === 'flow') expectTypeOf(first.output).toEqualTypeOf<boolean>();
        if (first.winner === 'paid') expectTypeOf(first.output).toEqualTypeOf<Date>();
        if (first.winner === 'late') expectTypeOf(first.output).toEqualTypeOf<undefined>();
        if (first.winner === 'mapped') expectTypeOf(first.output).toEqualTypeOf<string>();
        if (first.winner === 'anyone') expectTypeOf(first.output).toEqualTypeOf<unknown>();
        if (first.winner === 'asked') expectTypeOf(first.output.approved).toEqualTypeOf<boolean>();
      });
  });

  it('checks each member', () => {
    start.race('s', { members: { a: { run: writer, input: () => [''] } } });
    // @ts-expect-error the writer takes a list of texts
    start.race('s', { members: { a: { run: writer, input: () => 5 } } });
    // @ts-expect-error the writer needs an input
    start.race('s', { members: { a: { run: writer } } });
    // @ts-expect-error nothing of that name was named
    start.race('s', { members: { a: { run: ({ nope }) => nope } } });
    // @ts-expect-error the function takes a number
    start.race('s', { members: { a: { run: (n: number) => n, input: () => 'x' } } });
    // @ts-expect-error an agent is given by its definition or a requirement
    start.race('s', { members: { a: { run: 'ada', input: () => 'x' } } });
    // @ts-expect-error there is no option "retries"
    start.race('s', { members: { a: { run: () => 1, retries: 3 } } });
  });
});

describe('branch', () => {
  it('gives what its cases give', () => {
    start
      .branch('sure', {
        after: ['count'],
        on: ({ count }) => (count > 3 ? 'many' : 'few'),
        cases: { many: { run: ({ count }) => count }, few: { run: async () => 'few' } },
      })
      .branch('open', {
        on: ({ input }) => input.topic,
        cases: { sea: { run: inner, input: () => ({ n: 1 }) } },
        otherwise: { run: ({ input }) => new Date(input.topic) },
      })
      .output((outputs) => {
        expectTypeOf(outputs.sure).toEqualTypeOf<number | string>();
        expectTypeOf(outputs.open).toEqualTypeOf<boolean | Date>();
      });
    // @ts-expect-error the choice is text
    start.branch('s', { on: ({ input }) => input, cases: { a: { run: () => 1 } } });
    // @ts-expect-error the workflow takes a number
    start.branch('s', { on: () => 'a', cases: { a: { run: inner, input: () => ({ n: '' }) } } });
  });
});

describe('scatter', () => {
  it('gives the answers with their agents', () => {
    const input = ({ input }: { readonly input: { topic: string } }) => ({ topic: input.topic });
    start
      .scatter('all', { run: research, input })
      .scatter('settled', { run: research, input, join: 'settled', to: () => ['ada', 'bob'] })
      .scatter('some', {
        run: research,
        join: atLeast(1),
        input: ({ input }, agent) => ({ ...input, agent }),
      })
      .output((outputs) => {
        type Facts = { facts: string[] };
        expectTypeOf(outputs.all).toEqualTypeOf<{ readonly agent: string; readonly output: Facts }[]>();
        expectTypeOf(outputs.settled).toEqualTypeOf<({ readonly agent: string } & Settled<Facts>)[]>();
        expectTypeOf(outputs.some).toEqualTypeOf<{ readonly agent: string; readonly output: Facts }[]>();
      });
    // @ts-expect-error only a capability has several agents
    start.scatter('s', { run: writer, input: () => [''] });
    // @ts-expect-error `topic` is text
    start.scatter('s', { run: research, input: () => ({ topic: 5 }) });
  });
});

describe('gate', () => {
  it('gives the decision, and asks with what it sees', () => {
    const price = z.object({ price: z.number() });
    start
      .gate('approved', { after: ['count'], ask: ({ count }) => `spend ${count.toFixed()}?` })
      .gate('priced', {
        ask: 'how much?',
        schema: price,
        rejects: (decision) => decision.price < 0,
        when: ({ input }) => input.topic !== '',
      })
      .output((outputs) => {
        expectTypeOf(outputs.approved.approved).toEqualTypeOf<boolean>();
        expectTypeOf(outputs.priced).toEqualTypeOf<{ price: number } | undefined>();
      });
    // @ts-expect-error "count" was not named
    start.gate('s', { ask: ({ count }) => `${count}` });
    // @ts-expect-error there is no such rule
    start.gate('s', { ask: 'go on?', onReject: 'cry' });
  });
});
