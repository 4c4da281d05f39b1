import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineFlow, defineWorkflow, type FlowContext, InvalidOptionsError } from '../../src/index.ts';
import { rejection, thrownBy } from '../support/outcome.ts';
import { startEngine, statusesOf } from '../support/workflows.ts';

describe('the steps of a flow', () => {
  it('have ids of their own', async () => {
    const { engine } = startEngine();
    const flow = defineFlow('flow', async ({ step }) => {
      await step('same', () => 1);
      const error = await rejection(step('same', () => 2));
      return (error as { code: string }).code;
    });

    await expect(engine.run(flow, undefined)).resolves.toBe('DUPLICATE_STEP');
  });

  it.each([
    ['an id that is no name', (f: FlowContext) => f.step('a b', () => 1), 'INVALID_NAME'],
    [
      'a policy that is none',
      (f: FlowContext) => f.step('a', () => 1, { policy: { attempts: 0 } }),
      'INVALID_OPTIONS',
    ],
    ['something that cannot be run', (f: FlowContext) => f.step('a', 7 as never), 'INVALID_OPTIONS'],
    ['a time that is none', (f: FlowContext) => f.sleep('a', 'soon' as never), 'INVALID_OPTIONS'],
    ['a signal without a name', (f: FlowContext) => f.waitFor('a', ''), 'INVALID_NAME'],
    ['a gate without a question', (f: FlowContext) => f.gate('a', {} as never), 'INVALID_OPTIONS'],
  ])('are refused with %s, and the code may go on', async (_what, ask, code) => {
    const { engine } = startEngine();
    const flow = defineFlow('flow', async (f) => {
      const error = await rejection(ask(f));
      return [(error as { code: string }).code, await f.step('good', () => 'ok')];
    });
    const run = engine.start(flow, undefined);

    await expect(run.result).resolves.toEqual([code, 'ok']);
    expect(statusesOf(run)).toEqual({ good: 'completed' });
  });

  it('see the run, their attempt and a key that stays the same', async () => {
    const { engine } = startEngine();
    const flow = defineFlow('flow', ({ step, runId }) =>
      step('a', (context) => [runId, context.runId, context.attempt, context.idempotencyKey]),
    );

    await expect(engine.run(flow, undefined, { id: 'r1' })).resolves.toEqual(['r1', 'r1', 1, 'r1>a']);
  });
});

describe('defineFlow', () => {
  it('validates the input of a run', async () => {
    const { engine } = startEngine();
    const input = z.object({ to: z.string() });
    const flow = defineFlow('flow', { input }, async (_flow, { to }) => to.length);

    await expect(engine.run(flow, { to: 'ada' })).resolves.toBe(3);
    expect(thrownBy(() => engine.start(flow, { to: 7 } as never))).toMatchObject({
      code: 'SCHEMA_VIOLATION',
    });
  });

  it('refuses rules for a change of its steps, as its code decides', () => {
    const options = { changed: 'compatible' } as never;
    expect(thrownBy(() => defineFlow('flow', options, () => 1))).toBeInstanceOf(InvalidOptionsError);
  });

  it.each([[undefined], ['text'], [7]])('refuses %s for its code', (body) => {
    expect(thrownBy(() => defineFlow('flow', body as never))).toBeInstanceOf(InvalidOptionsError);
  });

  it('makes a workflow that can be a step of another', async () => {
    const { engine } = startEngine();
    const inner = defineFlow('inner', async ({ step }, input: number) => step('s', () => input + 1));
    const outer = defineWorkflow<number>('outer')
      .step('a', { run: inner, input: ({ input }) => input })
      .output(({ a }) => a);
    const around = defineFlow('around', async ({ step }, input: number) => step('o', outer, input));

    await expect(engine.run(around, 1)).resolves.toBe(2);
  });
});
