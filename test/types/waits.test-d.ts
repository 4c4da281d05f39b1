import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineWorkflow, gate, signal, sleep, sleepUntil } from '../../src/index.ts';

const start = defineWorkflow<{ topic: string }>('w').step('count', { run: () => 5 });

describe('a step that waits for a signal', () => {
  it('gives what the signal carries, and needs no input', () => {
    const amount = z.object({ n: z.string().transform(Number) });
    start
      .step('said', { run: signal<{ n: number }>('paid') })
      .step('checked', { run: signal('paid', { schema: amount }) })
      .step('anything', { run: signal('paid') })
      .output((outputs) => {
        expectTypeOf(outputs.said).toEqualTypeOf<{ n: number }>();
        expectTypeOf(outputs.checked).toEqualTypeOf<{ n: number }>();
        expectTypeOf(outputs.anything).toEqualTypeOf<unknown>();
      });
    // @ts-expect-error a signal takes nothing
    start.step('s', { run: signal('paid'), input: () => 5 });
    // @ts-expect-error there is no option "timeout"
    signal('paid', { timeout: 5 });
  });
});

describe('a step that waits for a time', () => {
  it('has no output, and needs an input where no time was said', () => {
    start.step('s', { run: sleep('48h') }).output(({ s }) => {
      expectTypeOf(s).toEqualTypeOf<undefined>();
    });
    start.step('s', { run: sleep(), after: ['count'], input: ({ count }) => count * 1_000 });
    start.step('s', { run: sleep(), input: () => '3h' as const });
    start.step('s', { run: sleepUntil(), after: ['count'], input: ({ count }) => count });
    start.step('s', { run: sleepUntil(0) });
    // @ts-expect-error a duration has a unit
    start.step('s', { run: sleep(), input: () => '3' as const });
    // @ts-expect-error the time is missing
    start.step('s', { run: sleep() });
    // @ts-expect-error the time is there
    start.step('s', { run: sleep('3h'), input: () => 5 });
    // @ts-expect-error a moment is a number
    start.step('s', { run: sleepUntil(), input: () => '3h' as const });
  });
});

describe('a step that waits for a decision', () => {
  it('gives the decision, as its schema returns it', () => {
    const price = z.object({ price: z.number() });
    start
      .step('approved', { run: gate({ ask: 'go on?' }) })
      .step('priced', { run: gate({ ask: 'how much?', schema: price }) })
      .output((outputs) => {
        expectTypeOf(outputs.approved.approved).toEqualTypeOf<boolean>();
        expectTypeOf(outputs.approved.comment).toEqualTypeOf<string | undefined>();
        expectTypeOf(outputs.priced).toEqualTypeOf<{ price: number }>();
      });
  });

  it('takes a default that is a decision', () => {
    const price = z.object({ price: z.number() });
    gate({ ask: 'how much?', schema: price, deadline: '1h', default: { price: 5 } });
    // @ts-expect-error the default has no price
    gate({ ask: 'how much?', schema: price, deadline: '1h', default: {} });
    gate({ ask: 'how much?', schema: price, rejects: (decision) => decision.price < 0 });
    // @ts-expect-error there is no `cost` in it
    gate({ ask: 'how much?', schema: price, rejects: (decision) => decision.cost < 0 });
  });
});
