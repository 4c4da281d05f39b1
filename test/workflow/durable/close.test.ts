import { describe, expect, it } from 'vitest';
import { defineAgent, defineWorkflow, type HandlerContext, signal } from '../../../src/index.ts';
import { rejection } from '../../support/outcome.ts';
import { eventsOf, never, startEngine, takes, untilAborted } from '../../support/workflows.ts';
import { Lives } from './lives.ts';

describe('closing a coordinator with a store', () => {
  it('suspends the runs under way: their code is stopped, and what is recorded stays', async () => {
    const lives = new Lives();
    const aborted: unknown[] = [];
    const flow = defineWorkflow('flow')
      .step('a', { run: () => 'A' })
      .step('b', {
        after: ['a'],
        run: (scope: unknown, context: HandlerContext) => {
          context.signal.addEventListener('abort', () => aborted.push(context.signal.reason));
          return untilAborted(scope, context);
        },
      });
    const { coordinator } = lives.begin();
    const events: string[] = [];
    coordinator.events.on('run.suspended', ({ runId, type }) => events.push(`${type} ${runId}`));
    const run = coordinator.start(flow, undefined, { id: 'r' });
    await lives.clock.advance(1);
    const [error] = await Promise.all([rejection(run.result), coordinator.close()]);

    expect(error).toMatchObject({
      code: 'SUSPENDED',
      runId: 'r',
      retryable: true,
      cause: { code: 'CLOSED' },
    });
    expect(run.status).toBe('suspended');
    expect(aborted).toMatchObject([{ code: 'CLOSED' }]);
    expect(events).toEqual(['run.suspended r']);
    expect(coordinator.stats().workflows).toMatchObject({ suspended: 1, failed: 0, cancelled: 0, active: 0 });
    expect(await lives.kinds('r')).toEqual([
      'run.started',
      'step.started a',
      'step.completed a',
      'step.started b',
      'run.suspended',
    ]);
  });

  it('frees them at once: the next process need not wait for the lease', async () => {
    const lives = new Lives();
    const flow = defineWorkflow('flow').step('s', { run: signal('go') });
    const first = lives.begin();
    first.coordinator.start(flow, undefined, { id: 'r' });
    await lives.clock.advance(1);
    await first.coordinator.close();
    const next = lives.begin({ workflows: { definitions: [flow] } });
    const { resumed, left } = await next.coordinator.resume();

    expect([resumed.map(({ id }) => id), left]).toEqual([['r'], []]);
    expect(await lives.store.records.list({ prefix: 'owner/' })).toHaveLength(1);
    await resumed[0]!.sendSignal('go');
    await resumed[0]!.result;
    // The history of a run is whole, whoever owned it.
    const types = (await eventsOf(resumed[0]!)).map(({ type }) => type);
    expect(types.slice(0, 4)).toEqual(['run.started', 'step.started', 'run.suspended', 'run.resumed']);
    expect(types.at(-1)).toBe('run.completed');
  });

  it('takes no attempt off those that a step has', async () => {
    const lives = new Lives();
    const attempts: number[] = [];
    const flow = defineWorkflow('flow').step('s', {
      run: (_scope: unknown, { attempt }: HandlerContext) => {
        attempts.push(attempt);
        if (attempts.length === 6) throw new Error('for the first time');
        return attempts.length > 6 ? 'done' : never();
      },
      policy: { attempts: 2, restarts: 0, backoff: { initial: 0 } },
    });
    for (let life = 0; life < 5; life++) {
      const { coordinator } = lives.begin({ workflows: { definitions: [flow] } });
      if (life === 0) coordinator.start(flow, undefined, { id: 'r' });
      else await coordinator.resume();
      await lives.clock.advance(1);
      const closed = coordinator.close();
      await lives.clock.advance('10s');
      await closed;
    }
    const { coordinator } = lives.begin({ workflows: { definitions: [flow] } });
    const { resumed } = await coordinator.resume();

    await expect(resumed[0]!.result).resolves.toEqual({ s: 'done' });
    expect(attempts).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('lets runs end by themselves for as long as it drains', async () => {
    const lives = new Lives();
    const flow = defineWorkflow('flow').step('s', { run: takes(lives.clock, 1_000, 'done') });
    const { coordinator } = lives.begin();
    const run = coordinator.start(flow, undefined, { id: 'r' });
    await lives.clock.advance(1);
    const closed = coordinator.close({ drain: '2s' });
    await lives.clock.advance('2s');

    await expect(run.result).resolves.toEqual({ s: 'done' });
    await expect(closed).resolves.toMatchObject({ drained: 1, cancelled: 0 });
    expect((await lives.kinds('r')).at(-1)).toBe('run.completed');
  });

  it('suspends a run in the midst of its undoing, which the next owner ends', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const flow = defineWorkflow('flow')
      .step('pay', {
        run: () => 'paid',
        undo: async (_output: unknown, { signal: stop, attempt }: HandlerContext) => {
          done.push(`undo ${attempt}`);
          if (attempt === 1) await untilAborted(undefined, { signal: stop });
        },
      })
      .step('ship', { after: ['pay'], run: () => Promise.reject(new Error('no boxes')) });
    const first = lives.begin();
    const run = first.coordinator.start(flow, undefined, { id: 'r' });
    await lives.clock.advance(1);
    expect(run.status).toBe('undoing');
    const [error] = await Promise.all([rejection(run.result), first.coordinator.close()]);
    expect(error).toMatchObject({ code: 'SUSPENDED' });
    const next = lives.begin({ workflows: { definitions: [flow] } });
    const { resumed } = await next.coordinator.resume();
    await rejection(resumed[0]!.result);

    expect(done).toEqual(['undo 1', 'undo 2']);
    expect(resumed[0]!.snapshot()).toMatchObject({
      status: 'failed',
      undo: { undone: ['pay'], failed: [], remaining: [] },
    });
  });

  it('suspends a run whose step an agent has in hand, and gives the step to an agent again', async () => {
    const lives = new Lives();
    let calls = 0;
    const ada = defineAgent('ada', {
      handle: (word: string, context) => (++calls > 1 ? word.toUpperCase() : untilAborted(word, context)),
    });
    const flow = defineWorkflow('flow').step('s', { run: ada, input: () => 'word' });
    const first = lives.begin({ agents: [ada] });
    const run = first.coordinator.start(flow, undefined, { id: 'r' });
    await lives.clock.advance(1);
    await Promise.all([rejection(run.result), first.coordinator.close()]);
    const next = lives.begin({ agents: [ada], workflows: { definitions: [flow] } });
    const { resumed } = await next.coordinator.resume();

    await expect(resumed[0]!.result).resolves.toEqual({ s: 'WORD' });
    expect(calls).toBe(2);
  });

  it('does not wait for a store that never answers', async () => {
    const lives = new Lives();
    const flow = defineWorkflow('flow').step('s', { run: untilAborted });
    const { coordinator, kill } = lives.begin();
    coordinator.start(flow, undefined);
    await lives.clock.advance(1);
    kill();
    let isClosed = false;
    void coordinator.close().then(() => {
      isClosed = true;
    });
    await lives.clock.advance('6s');

    expect(isClosed).toBe(true);
  });

  it('leaves the store open: it belongs to whoever made it', async () => {
    const lives = new Lives();
    await lives.begin().coordinator.close();

    await expect(lives.store.journal.list()).resolves.toEqual([]);
  });
});

describe('resuming', () => {
  it('rejects after the end', async () => {
    const { coordinator } = new Lives().begin();
    await coordinator.close();

    expect(await rejection(coordinator.resume())).toMatchObject({ code: 'CLOSED' });
  });

  it('rejects where there is no store', async () => {
    expect(await rejection(startEngine().engine.resume())).toMatchObject({ code: 'NO_STORE' });
  });
});
