import { describe, expect, it } from 'vitest';
import {
  type CoordinatorOptions,
  defineFlow,
  defineWorkflow,
  type FlowContext,
  type HandlerContext,
  type Run,
  type Workflow,
} from '../../src/index.ts';
import { rejection } from '../support/outcome.ts';
import { causesOf, never, statusesOf, untilAborted } from '../support/workflows.ts';
import { type Life, Lives } from './durable/lives.ts';

const knowing = (
  ...definitions: Workflow<never, unknown>[]
): Omit<CoordinatorOptions, 'store' | 'clock'> => ({
  workflows: { definitions },
});

/** Ends a process, lets its lease run out, and takes up its one run in the next. */
async function takenUp(lives: Lives, life: Life, options: Omit<CoordinatorOptions, 'store' | 'clock'>) {
  life.kill();
  await lives.clock.advance('1m');
  const next = lives.begin(options);
  const { resumed, left } = await next.coordinator.resume();
  expect(left).toEqual([]);
  expect(resumed).toHaveLength(1);
  await lives.clock.advance(1);
  return { ...next, run: resumed[0] as Run };
}

describe('a flow whose process ends', () => {
  it('gets what is on record from its steps, and runs only the others', async () => {
    const lives = new Lives();
    const begun: string[] = [];
    let mayEnd = false;
    const flow = defineFlow('flow', async ({ step }, input: number) => {
      const code = (id: string, output: number) => () => {
        begun.push(id);
        return output;
      };
      const a = await step('a', code('a', input + 1));
      const [b, c] = await Promise.all([step('b', code('b', a + 1)), step('c', code('c', a + 2))]);
      await step('d', ({ attempt }) => {
        begun.push(`d${attempt}`);
        return mayEnd ? undefined : never();
      });
      return step('e', code('e', a + b + c));
    });
    const first = lives.begin(knowing(flow));
    first.coordinator.start(flow, 1, { id: 'r' });
    await lives.clock.advance(1);
    expect(begun).toEqual(['a', 'b', 'c', 'd1']);
    mayEnd = true;
    const { run } = await takenUp(lives, first, knowing(flow));

    await expect(run.result).resolves.toBe(2 + 3 + 4);
    expect(begun).toEqual(['a', 'b', 'c', 'd1', 'd2', 'e']);
    expect(await lives.kinds('r')).toEqual([
      'run.started',
      'step.started a',
      'step.completed a',
      'step.started b',
      'step.started c',
      'step.completed b',
      'step.completed c',
      'step.started d',
      'run.resumed',
      'step.started d',
      'step.completed d',
      'step.started e',
      'step.completed e',
      'run.completed',
    ]);
  });

  it('gets the record of the error of a step that had failed', async () => {
    const lives = new Lives();
    let begun = 0;
    const errors: unknown[] = [];
    const flow = defineFlow('flow', async ({ step, waitFor }) => {
      const fail = (): never => {
        begun++;
        throw new Error('no such page');
      };
      errors.push(await rejection(step('page', fail)));
      return waitFor('go', 'go');
    });
    const first = lives.begin(knowing(flow));
    first.coordinator.start(flow, undefined);
    await lives.clock.advance(1);
    const { run } = await takenUp(lives, first, knowing(flow));
    await run.sendSignal('go', 'on');

    await expect(run.result).resolves.toBe('on');
    expect(begun).toBe(1);
    expect(errors).toMatchObject([
      { code: 'HANDLER_FAILED' },
      { code: 'RECORDED', record: { code: 'HANDLER_FAILED', cause: { message: 'no such page' } } },
    ]);
  });

  it('sleeps no longer than from the first start of the step', async () => {
    const lives = new Lives();
    const flow = defineFlow('flow', async (f) => {
      await f.sleep('rest', '10m');
      return 'rested';
    });
    const first = lives.begin(knowing(flow));
    first.coordinator.start(flow, undefined);
    await lives.clock.advance('5m');
    // One minute is over until it is taken up.
    const { run } = await takenUp(lives, first, knowing(flow));
    await lives.clock.advance('3m');
    expect(run.status).toBe('running');
    await lives.clock.advance('1m');

    await expect(run.result).resolves.toBe('rested');
  });

  it('gets a signal that was sent to it before', async () => {
    const lives = new Lives();
    let hold = true;
    const flow = defineFlow('flow', async ({ step, waitFor }) => {
      await step('first', () => (hold ? never() : undefined));
      return waitFor<string>('go', 'go');
    });
    const first = lives.begin(knowing(flow));
    const started = first.coordinator.start(flow, undefined);
    await lives.clock.advance(1);
    await started.sendSignal('go', 'sent before');
    hold = false;
    const { run } = await takenUp(lives, first, knowing(flow));

    await expect(run.result).resolves.toBe('sent before');
  });

  it('asks for the same decision, and the votes so far count', async () => {
    const lives = new Lives();
    const flow = defineFlow('flow', ({ gate }) => gate('release', { ask: 'Release it?', quorum: 2 }));
    const first = lives.begin(knowing(flow));
    const started = first.coordinator.start(flow, undefined);
    await lives.clock.advance(1);
    await started.decide('release', { approved: true }, { by: 'ada' });
    const { run, coordinator } = await takenUp(lives, first, knowing(flow));
    expect(coordinator.workflows.pending()).toMatchObject([{ step: 'release', votes: ['ada'] }]);
    await run.decide('release', { approved: true }, { by: 'bob' });

    await expect(run.result).resolves.toEqual({ approved: true });
  });

  it('goes on with the run of a step that is a workflow, and what is recorded there stays', async () => {
    const lives = new Lives();
    const begun: string[] = [];
    const inner = defineWorkflow('inner')
      .step('one', { run: () => begun.push('one') })
      .step('two', {
        after: ['one'],
        run: (_scope, { attempt }) => (begun.push(`two ${attempt}`) > 2 ? 'two' : never()),
      });
    const flow = defineFlow('flow', async ({ step }) => (await step('in', inner, undefined)).two);
    const first = lives.begin(knowing(flow));
    first.coordinator.start(flow, undefined);
    await lives.clock.advance(1);
    const { run } = await takenUp(lives, first, knowing(flow));

    await expect(run.result).resolves.toBe('two');
    expect(begun).toEqual(['one', 'two 1', 'two 2']);
  });

  it('goes on when its code has more steps now: those on record count where it asks for them', async () => {
    const lives = new Lives();
    const begun: string[] = [];
    const note = (id: string) => () => begun.push(id);
    const code = (isNew: boolean) =>
      defineFlow('flow', async ({ step, waitFor }) => {
        if (isNew) await step('new', note('new'));
        await step('a', note('a'));
        await waitFor('go', 'go');
        return step('b', note('b'));
      });
    const first = lives.begin(knowing(code(false)));
    first.coordinator.start(code(false), undefined);
    await lives.clock.advance(1);
    const { run } = await takenUp(lives, first, knowing(code(true)));
    await run.sendSignal('go');

    await expect(run.result).resolves.toBe(3);
    expect(begun).toEqual(['a', 'new', 'b']);
  });

  it('fails when its code has returned without asking again for what was under way', async () => {
    const lives = new Lives();
    const flow = (isNew: boolean) =>
      defineFlow('flow', async ({ waitFor }) => (isNew ? 'early' : waitFor('go', 'go')));
    const first = lives.begin(knowing(flow(false)));
    first.coordinator.start(flow(false), undefined);
    await lives.clock.advance(1);
    const { run } = await takenUp(lives, first, knowing(flow(true)));

    expect(run.status).toBe('failed');
    expect(causesOf(await rejection(run.result))).toContainEqual(
      expect.objectContaining({ code: 'RUN_FAILED' }),
    );
  });

  it('names what it was not asked for again as remaining when it fails', async () => {
    const lives = new Lives();
    const flow = (isNew: boolean) =>
      defineFlow('flow', async ({ step, waitFor }) => {
        if (isNew) throw new Error('changed my mind');
        await step('pay', () => 'paid', { undo: () => undefined });
        await waitFor('go', 'go');
      });
    const first = lives.begin(knowing(flow(false)));
    first.coordinator.start(flow(false), undefined);
    await lives.clock.advance(1);
    const { run } = await takenUp(lives, first, knowing(flow(true)));

    expect(run.status).toBe('failed');
    expect(await rejection(run.result)).toMatchObject({
      code: 'UNDO_FAILED',
      report: { undone: [], remaining: expect.arrayContaining(['pay']) },
    });
  });

  it('can be cancelled by its next owner', async () => {
    const lives = new Lives();
    const seen: unknown[] = [];
    const flow = defineFlow('flow', async ({ step }) => {
      seen.push(await rejection(step('slow', (context: HandlerContext) => untilAborted(undefined, context))));
    });
    const first = lives.begin(knowing(flow));
    first.coordinator.start(flow, undefined, { id: 'r' });
    await lives.clock.advance(1);
    const { run } = await takenUp(lives, first, knowing(flow));
    run.cancel();
    await lives.clock.advance(1);

    expect(await rejection(run.result)).toMatchObject({ code: 'CANCELLED' });
    expect(statusesOf(run)).toEqual({ slow: 'cancelled' });
    expect((await lives.kinds('r')).at(-1)).toBe('run.cancelled');
    expect(seen).toMatchObject([{ code: 'CANCELLED' }]);
  });
});

describe('a flow whose process ends while it is undone', () => {
  const booking = (lives: Lives, done: string[], body?: (f: FlowContext) => unknown) => {
    const slowly = (id: string) => async (): Promise<void> => {
      done.push(`${id} begins`);
      await new Promise<void>((resolve) => void lives.clock.schedule(resolve, 1_000));
      done.push(`${id} undone`);
    };
    return defineFlow(
      'booking',
      body ??
        (async ({ step }) => {
          await step('room', () => 'room', { undo: slowly('room') });
          await step('car', () => 'car', { undo: slowly('car') });
          throw new Error('sold out');
        }),
    );
  };

  it('is undone to the end by its next owner: the code says again how, and does nothing else', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const flow = booking(lives, done);
    const first = lives.begin(knowing(flow));
    first.coordinator.start(flow, undefined, { id: 'r' });
    await lives.clock.advance(1_500);
    expect(done).toEqual(['car begins', 'car undone', 'room begins']);
    const { run } = await takenUp(lives, first, knowing(flow));
    done.length = 0;
    done.push('taken up');
    await lives.clock.advance('2m');

    expect(await rejection(run.result)).toMatchObject({
      code: 'RECORDED',
      record: { code: 'RUN_FAILED', cause: { cause: { message: 'sold out' } } },
    });
    expect(run.snapshot()).toMatchObject({
      status: 'failed',
      undo: { undone: ['car', 'room'], failed: [], remaining: [] },
    });
    expect(done).toEqual(['taken up', 'room undone']);
  });

  it('names the steps whose undo the code has not said again as remaining', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const first = lives.begin(knowing(booking(lives, done)));
    first.coordinator.start(booking(lives, done), undefined, { id: 'r' });
    await lives.clock.advance(500);
    const changed = booking(lives, done, () => 'nothing');
    const { run } = await takenUp(lives, first, knowing(changed));
    await lives.clock.advance('2m');

    expect(await rejection(run.result)).toMatchObject({
      code: 'UNDO_FAILED',
      report: { undone: [], failed: [], remaining: ['room', 'car'] },
    });
    expect((await lives.kinds('r')).at(-1)).toBe('run.failed');
  });

  it.each([
    ['is cancelled by its next owner at once', undefined, 'CANCELLED'],
    ['had its time up meanwhile', '1m', 'TIMEOUT'],
  ] as const)('takes back all that is on record when it %s', async (_what, deadline, code) => {
    const lives = new Lives();
    const done: string[] = [];
    const undo = (output: string | undefined): void => void done.push(`${output} undone`);
    const flow = defineFlow('flow', { deadline: deadline ?? '1h' }, async ({ step, waitFor }) => {
      for (let night = 1; night <= 20; night++)
        await step(`night-${night}`, () => `night ${night}`, { undo });
      await waitFor('go', 'go');
    });
    const first = lives.begin(knowing(flow));
    first.coordinator.start(flow, undefined);
    await lives.clock.advance('30s');
    first.kill();
    await lives.clock.advance('1m');
    const next = lives.begin(knowing(flow));
    const { resumed } = await next.coordinator.resume();
    resumed[0]!.cancel();
    await lives.clock.advance('2m');

    expect(await rejection(resumed[0]!.result)).toMatchObject({ code });
    expect(done).toEqual(Array.from({ length: 20 }, (_, night) => `night ${20 - night} undone`));
  });
});
