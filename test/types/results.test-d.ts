import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { type Coordinator, defineWorkflow, type Run, type WorkflowEngine } from '../../src/index.ts';

declare const house: Coordinator;
declare const engine: WorkflowEngine;

const steps = defineWorkflow<{ topic: string }>('w')
  .step('count', { run: () => 5 })
  .step('name', { run: async ({ input }) => input.topic });
const text = steps.output(({ name, count }) => `${name} ${count}`);
const checked = defineWorkflow('w', { input: z.object({ n: z.string().transform(Number) }) })
  .step('n', { run: ({ input }) => input.n })
  .output(({ n }) => n);

describe('the result of a run', () => {
  it('is what `output` gives, and never undefined', () => {
    expectTypeOf(house.run(text, { topic: 'x' })).toEqualTypeOf<Promise<string>>();
    expectTypeOf(house.start(text, { topic: 'x' })).toEqualTypeOf<Run<string>>();
    expectTypeOf(house.start(text, { topic: 'x' }).result).toEqualTypeOf<Promise<string>>();
    expectTypeOf(engine.run(text, { topic: 'x' })).toEqualTypeOf<Promise<string>>();
  });

  it('is what the promise of an asynchronous `output` gives', () => {
    const waits = steps.output(async ({ name }) => name.length);
    expectTypeOf(house.run(waits, { topic: 'x' })).toEqualTypeOf<Promise<number>>();
    const outer = defineWorkflow('outer').step('n', { run: waits, input: () => ({ topic: 'x' }) });
    expectTypeOf(house.run(outer, undefined)).resolves.toEqualTypeOf<{ n: number }>();
  });

  it('is a record of all outputs where there is no `output`', () => {
    expectTypeOf(house.run(steps, { topic: 'x' })).toEqualTypeOf<Promise<{ count: number; name: string }>>();
  });

  it('is an empty record for a workflow without steps', () => {
    expectTypeOf(house.run(defineWorkflow('none'), undefined)).resolves.toExtend<object>();
  });

  it('can be made from the outputs of the steps, and nothing else', () => {
    steps.output(({ count }) => count);
    // @ts-expect-error there is no step "ghost"
    steps.output(({ ghost }) => ghost);
    steps.output((outputs) => {
      expectTypeOf(outputs).toEqualTypeOf<{ readonly count: number; readonly name: string }>();
    });
  });

  it('is the output of the step that a nested workflow is', () => {
    const outer = defineWorkflow('outer')
      .step('n', { run: text, input: () => ({ topic: 'x' }) })
      .step('all', { run: steps, input: () => ({ topic: 'x' }) })
      .output((outputs) => outputs);
    expectTypeOf(house.run(outer, undefined)).resolves.toEqualTypeOf<{
      readonly n: string;
      readonly all: { count: number; name: string };
    }>();
  });
});

describe('the input of a run', () => {
  it('is what the workflow says', () => {
    void house.run(text, { topic: 'x' });
    // @ts-expect-error `topic` is text
    void house.run(text, { topic: 5 });
    // @ts-expect-error `topic` is missing
    void house.run(text, {});
    // @ts-expect-error the input is missing
    void house.run(text);
    // @ts-expect-error `topic` is text, also for start
    house.start(text, { topic: 5 });
  });

  it('is what goes into the schema; the steps see what comes out of it', () => {
    expectTypeOf(house.run(checked, { n: '5' })).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error the schema takes text
    void house.run(checked, { n: 5 });
  });

  it('knows the options of a run', () => {
    void house.run(text, { topic: 'x' }, { deadline: '2m', id: 'mine' });
    // @ts-expect-error a duration has a unit
    void house.run(text, { topic: 'x' }, { deadline: '2' });
    // @ts-expect-error there is no option "timeout"
    void house.run(text, { topic: 'x' }, { timeout: '2m' });
  });
});

describe('a workflow from a list', () => {
  it('takes steps of unknown types, and gives what `output` gives', () => {
    const listed = defineWorkflow<{ topic: string }, number>('w', {
      steps: [{ id: 'a', run: () => 1 }],
      output: (outputs) => Object.keys(outputs).length,
    });
    expectTypeOf(house.run(listed, { topic: 'x' })).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error the input is what was said
    void house.run(listed, { topic: 5 });
  });

  it('gives a record of unknown outputs where there is no `output`', () => {
    const listed = defineWorkflow('w', { steps: [{ id: 'a', run: () => 1 }] });
    expectTypeOf(house.run(listed, undefined)).resolves.toEqualTypeOf<Readonly<Record<string, unknown>>>();
  });

  it('knows the options of its steps', () => {
    // @ts-expect-error there is no option "needs"
    defineWorkflow('w', { steps: [{ id: 'a', run: () => 1, needs: [] }] });
    // @ts-expect-error a step has an id
    defineWorkflow('w', { steps: [{ run: () => 1 }] });
  });
});
