import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  defineAgent,
  defineFlow,
  defineWorkflow,
  type FlowContext,
  type HandlerContext,
} from '../../src/index.ts';
import { rejection } from '../support/outcome.ts';
import {
  causesOf,
  failing,
  linesOf,
  sleep,
  startEngine,
  startHouse,
  statusesOf,
  takes,
  untilAborted,
} from '../support/workflows.ts';

describe('a flow', () => {
  it('gives what its code returns, and each call is a step of its run', async () => {
    const { engine } = startEngine();
    const sum = defineFlow('sum', async (flow, input: number) => {
      const double = await flow.step('double', () => input * 2);
      return (await flow.step('one-more', async () => double + 1)) * 100;
    });
    const run = engine.start(sum, 3);

    const output: number = await run.result;
    expect(output).toBe(700);
    expect(await linesOf(run)).toEqual([
      'run.started',
      'step.started double',
      'step.completed double',
      'step.started one-more',
      'step.completed one-more',
      'run.completed',
    ]);
  });

  it('gives inputs to agents and workflows, and runs several steps at once', async () => {
    const ada = defineAgent('ada', { handle: async (word: string) => word.toUpperCase() });
    const twice = defineWorkflow<string>('twice').step('s', { run: ({ input }) => input + input });
    const { house } = startHouse({ agents: [ada] });
    const flow = defineFlow('flow', async ({ step }, input: string) => {
      const [loud, two] = await Promise.all([step('loud', ada, input), step('two', twice, input)]);
      return [loud, two.s];
    });

    await expect(house.run(flow, 'ab')).resolves.toEqual(['AB', 'abab']);
  });

  it('may catch the failure of a step, and completes', async () => {
    const { engine } = startEngine();
    const thrown = new Error('no such page');
    const flow = defineFlow('flow', async ({ step }) => {
      const error = await rejection(step('page', () => Promise.reject(thrown)));
      return [causesOf(error).at(-1) === thrown, await step('instead', () => 'a picture')];
    });
    const run = engine.start(flow, undefined);

    await expect(run.result).resolves.toEqual([true, 'a picture']);
    expect(run.status).toBe('completed');
    expect(statusesOf(run)).toEqual({ page: 'failed', instead: 'completed' });
  });

  it('fails with what its code throws, which is a cause of the error', async () => {
    const { engine } = startEngine();
    const thrown = new Error('no such page');
    const flow = defineFlow('flow', async ({ step }) => {
      await step('page', () => Promise.reject(thrown));
    });
    const error = await rejection(engine.run(flow, undefined));

    expect(error).toMatchObject({ code: 'RUN_FAILED', workflow: 'flow' });
    expect(causesOf(error).at(-1)).toBe(thrown);
  });

  it('tries a step again as its policy says', async () => {
    const { clock, engine } = startEngine();
    const flaky = failing([new Error('1'), new Error('2')], 'ok');
    const flow = defineFlow('flow', ({ step }) =>
      step('flaky', flaky.handle, { policy: { attempts: 3, backoff: { initial: '1s', jitter: 0 } } }),
    );
    const run = engine.start(flow, undefined);
    await clock.advance('3s');

    await expect(run.result).resolves.toBe('ok');
    expect(flaky.calls).toBe(3);
  });

  it('waits for a time', async () => {
    const { clock, engine } = startEngine();
    const flow = defineFlow('flow', async (f) => {
      await f.sleep('rest', '10m');
      return 'rested';
    });
    const run = engine.start(flow, undefined);
    await clock.advance('9m');
    expect(run.status).toBe('running');
    await clock.advance('1m');

    await expect(run.result).resolves.toBe('rested');
  });

  it('waits for a signal whose value follows a schema', async () => {
    const { clock, engine } = startEngine();
    const schema = z.object({ amount: z.coerce.number() });
    const flow = defineFlow('flow', async ({ waitFor }) => {
      const { amount } = await waitFor('paid', 'paid', { schema });
      return amount + 1;
    });
    const run = engine.start(flow, undefined);
    await clock.advance(1);

    await expect(run.sendSignal('paid', { amount: 'much' })).rejects.toMatchObject({
      code: 'SCHEMA_VIOLATION',
    });
    await run.sendSignal('paid', { amount: '41' });
    await expect(run.result).resolves.toBe(42);
  });

  it('waits for a signal whose schema makes something else of its value', async () => {
    const { clock, engine } = startEngine();
    const schema = z.string().transform((text) => text.length);
    const flow = defineFlow('flow', async ({ waitFor }) => (await waitFor('go', 'go', { schema })) + 1);
    const run = engine.start(flow, undefined);
    await clock.advance(1);
    await run.sendSignal('go', 'abc');

    await expect(run.result).resolves.toBe(4);
  });

  it('waits for a decision', async () => {
    const { clock, engine } = startEngine();
    const flow = defineFlow('flow', async ({ gate }) => {
      const { approved } = await gate('release', { ask: 'Release it?', by: ['lead'] });
      return approved;
    });
    const run = engine.start(flow, undefined, { id: 'r' });
    await clock.advance(1);

    expect(engine.pending()).toMatchObject([{ runId: 'r', step: 'release', ask: 'Release it?' }]);
    await run.decide('release', { approved: true }, { by: 'ada', role: 'lead' });
    await expect(run.result).resolves.toBe(true);
  });

  it('fails when what its code returns is no data', async () => {
    const { engine } = startEngine();
    const flow = defineFlow('flow', () => ({ then_what: () => 1 }));

    expect(await rejection(engine.run(flow, undefined))).toMatchObject({
      code: 'RUN_FAILED',
      cause: { code: 'HANDLER_FAILED', cause: { code: 'UNSTORABLE', path: 'then_what' } },
    });
  });

  it('is undone from the last step to the first when its code fails', async () => {
    const { engine } = startEngine();
    const done: string[] = [];
    const undo = (output: string | undefined): void => void done.push(`${output} undone`);
    const flow = defineFlow('flow', async ({ step }) => {
      await step('a', () => 'a', { undo });
      await step('b', () => 'b', { undo });
      await step('c', () => 'c');
      throw new Error('no');
    });
    const run = engine.start(flow, undefined);

    expect(await rejection(run.result)).toMatchObject({ code: 'RUN_FAILED' });
    expect(done).toEqual(['b undone', 'a undone']);
    expect(run.snapshot().undo).toEqual({ undone: ['b', 'a'], failed: [], remaining: [] });
  });

  it('ends when all its steps have, also those that the code does not wait for', async () => {
    const { clock, engine } = startEngine();
    const flow = defineFlow('flow', ({ step }) => {
      void step('late', takes(clock, 1_000, 'late'));
      return 'early';
    });
    const run = engine.start(flow, undefined);
    await clock.advance(999);
    expect(run.status).toBe('running');
    await clock.advance(1);

    await expect(run.result).resolves.toBe('early');
    expect(statusesOf(run)).toEqual({ late: 'completed' });
  });

  it('runs no more steps at once than its concurrency allows', async () => {
    const { clock, engine } = startEngine();
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await sleep(clock, 10);
      running--;
    };
    const flow = defineFlow('flow', { concurrency: 2 }, async ({ step }) => {
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => step(id, work)));
    });
    const run = engine.start(flow, undefined);
    await clock.advance(100);

    await run.result;
    expect(most).toBe(2);
  });
});

describe('a flow that is stopped', () => {
  it('has its signal aborted, the step under way rejects, and it begins no more', async () => {
    const { clock, engine } = startEngine();
    const seen: unknown[] = [];
    let context: FlowContext | undefined;
    let began = 0;
    const flow = defineFlow('flow', async (f) => {
      context = f;
      seen.push(await f.step('slow', (c: HandlerContext) => untilAborted(undefined, c)).catch((e) => e));
      seen.push(await f.step('next', () => ++began).catch((e) => e));
    });
    const run = engine.start(flow, undefined);
    await clock.advance(1);
    run.cancel('enough');
    await rejection(run.result);
    await clock.advance(1);

    expect(seen).toMatchObject([{ code: 'CANCELLED' }, { code: 'RUN_NOT_ACTIVE', status: 'cancelled' }]);
    expect(began).toBe(0);
    expect(context?.signal.aborted).toBe(true);
    expect(run.status).toBe('cancelled');
  });

  it('wakes code that waits for a signal, a time or a decision', async () => {
    const { clock, engine } = startEngine();
    const flow = defineFlow('flow', async (f) => {
      const all = [f.waitFor('signal', 'go'), f.sleep('time', '1h'), f.gate('gate', { ask: 'Well?' })];
      seen.push(...(await Promise.allSettled(all)).map(({ status }) => status));
    });
    const seen: string[] = [];
    const run = engine.start(flow, undefined);
    await clock.advance(1);
    run.cancel();
    await rejection(run.result);
    await clock.advance(0);

    expect(seen).toEqual(['rejected', 'rejected', 'rejected']);
    expect(engine.pending()).toEqual([]);
  });

  it('is out of time at its deadline, and is undone', async () => {
    const { clock, engine } = startEngine();
    const done: string[] = [];
    const flow = defineFlow('flow', { deadline: '1m' }, async (f) => {
      await f.step('a', () => 'a', { undo: () => void done.push('a undone') });
      await f.sleep('rest', '1h');
    });
    const run = engine.start(flow, undefined);
    await clock.advance('1m');

    expect(await rejection(run.result)).toMatchObject({ code: 'TIMEOUT' });
    expect(done).toEqual(['a undone']);
  });

  it('takes no steps from code that has kept the context', async () => {
    const { engine } = startEngine();
    let context: FlowContext | undefined;
    const flow = defineFlow('flow', (f) => {
      context = f;
    });
    await engine.run(flow, undefined);

    expect(await rejection(context!.step('late', () => 1))).toMatchObject({
      code: 'RUN_NOT_ACTIVE',
      status: 'completed',
    });
  });
});
