import { describe, expect, it } from 'vitest';
import {
  Coordinator,
  defineWorkflow,
  type HandlerContext,
  StoreError,
  sleep,
  type Workflow,
} from '../../../src/index.ts';
import { rejection } from '../../support/outcome.ts';
import { eventsOf, never } from '../../support/workflows.ts';
import { Lives } from './lives.ts';

/** A step whose code notes each attempt that begins, and by whom; only the last of them ends. */
function counted(begun: string[], last: number): Workflow<undefined, { s: number }> {
  return defineWorkflow('counted').step('s', {
    run: (_scope: unknown, { attempt }: HandlerContext) =>
      begun.push(`attempt ${attempt}`) >= last ? begun.length : never(),
  }) as never;
}

/** A store whose every call fails while it is told to. */
function fragile({ store }: Lives): { readonly store: Lives['store']; fail(broken: boolean): void } {
  let broken = false;
  const through = <P extends object>(port: P): P =>
    new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]) =>
          broken
            ? Promise.reject(new StoreError('failed', 'the disk reports an error'))
            : value.apply(target, values);
      },
    });
  return {
    store: {
      durability: store.durability,
      journal: through(store.journal),
      records: through(store.records),
      close: () => store.close(),
    },
    fail: (now) => {
      broken = now;
    },
  };
}

describe('a run that is given an id', () => {
  const quick = defineWorkflow('quick').step('s', { run: () => 1 });

  it('is refused through accepted and result when a run in the store has that id', async () => {
    const lives = new Lives();
    const first = lives.begin();
    await first.coordinator.run(quick, undefined, { id: 'r' });
    first.kill();
    const entries = await lives.kinds('r');
    let ran = 0;
    const other = defineWorkflow('other').step('s', { run: () => ++ran });
    const second = lives.begin();
    const run = second.coordinator.start(other, undefined, { id: 'r' });

    expect(await rejection(run.accepted)).toMatchObject({ code: 'RUN_EXISTS', runId: 'r' });
    expect(await rejection(run.result)).toMatchObject({ code: 'RUN_EXISTS', runId: 'r' });
    expect(ran).toBe(0);
    expect(await lives.kinds('r')).toEqual(entries);
    expect(second.coordinator.workflows.get('r')).toBeUndefined();
  });

  it('is accepted once of many that want the same id in several processes at once', async () => {
    const lives = new Lives();
    let ran = 0;
    const once = defineWorkflow('once').step('s', { run: () => ++ran });
    const runs = Array.from({ length: 5 }, () =>
      lives.begin().coordinator.start(once, undefined, { id: 'r' }),
    );
    const accepted = await Promise.allSettled(runs.map((run) => run.accepted));
    await Promise.allSettled(runs.map((run) => run.result));

    expect(accepted.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(ran).toBe(1);
  });

  it('is accepted only when its start is stored', async () => {
    const lives = new Lives();
    const { coordinator, kill } = lives.begin();
    kill();
    const run = coordinator.start(quick, undefined, { id: 'r' });
    let isAccepted = false;
    void run.accepted.then(() => {
      isAccepted = true;
    });
    await lives.clock.advance('1m');

    expect(isAccepted).toBe(false);
    expect(await lives.store.journal.list()).toEqual([]);
  });
});

describe('two coordinators on one store', () => {
  it('leave each other the runs whose owner lives', async () => {
    const lives = new Lives();
    const begun: string[] = [];
    const definitions = [counted(begun, 2)];
    const first = lives.begin({ workflows: { definitions } });
    const second = lives.begin({ workflows: { definitions } });
    first.coordinator.start(definitions[0]!, undefined, { id: 'r' });
    // The lease is renewed for as long as the run is under way.
    await lives.clock.advance('4m');
    const { resumed, left } = await second.coordinator.resume();

    expect(resumed).toEqual([]);
    expect(left).toEqual([{ runId: 'r', workflow: 'counted', reason: 'owned', error: undefined }]);
    expect(begun).toEqual(['attempt 1']);
  });

  it('take over from one that is gone, but not before its lease has run out', async () => {
    const lives = new Lives();
    const begun: string[] = [];
    const definitions = [counted(begun, 2)];
    const workflows = { definitions, lease: '10s' } as const;
    const first = lives.begin({ workflows });
    first.coordinator.start(definitions[0]!, undefined, { id: 'r' });
    await lives.clock.advance(1);
    first.kill();
    const second = lives.begin({ workflows });
    await lives.clock.advance('9s');
    expect((await second.coordinator.resume()).left).toMatchObject([{ reason: 'owned' }]);
    await lives.clock.advance('1s');
    const { resumed } = await second.coordinator.resume();

    await expect(resumed[0]!.result).resolves.toEqual({ s: 2 });
    expect(begun).toEqual(['attempt 1', 'attempt 2']);
  });

  it('go on with a run one at a time when both take over at once', async () => {
    const lives = new Lives();
    const begun: string[] = [];
    const definitions = [counted(begun, 2)];
    const first = lives.begin({ workflows: { definitions } });
    first.coordinator.start(definitions[0]!, undefined, { id: 'r' });
    await lives.clock.advance(1);
    first.kill();
    await lives.clock.advance('1m');
    const heirs = [1, 2, 3].map(() => lives.begin({ workflows: { definitions } }));
    const reports = await Promise.all(heirs.map(({ coordinator }) => coordinator.resume()));
    const results = reports.flatMap(({ resumed }) => resumed.map(({ result }) => result));
    const ends = await Promise.allSettled(results);

    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of ends)
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'SUPERSEDED' });
    expect(begun).toEqual(['attempt 1', 'attempt 2']);
  });

  it('a superseded owner records nothing more and begins nothing more, and says so', async () => {
    const lives = new Lives();
    const begun: string[] = [];
    const held = Promise.withResolvers<void>();
    const flow = defineWorkflow('flow')
      .step('a', {
        run: async (_scope: unknown, { attempt }: HandlerContext) => {
          begun.push(`a ${attempt}`);
          if (attempt === 1) await held.promise;
          return attempt;
        },
      })
      .step('b', { after: ['a'], run: ({ a }) => begun.push(`b after ${a}`) });
    const workflows = { definitions: [flow] };
    const first = lives.begin({ workflows });
    const old = first.coordinator.start(flow, undefined, { id: 'r' });
    await lives.clock.advance(1);
    // It stands still for so long that its sign of life is gone.
    for (const { key, revision } of await lives.store.records.list({ prefix: 'owner/' }))
      await lives.store.records.delete(key, revision);
    const second = lives.begin({ workflows });
    const { resumed } = await second.coordinator.resume();
    await expect(resumed[0]!.result).resolves.toEqual({ a: 2, b: 3 });
    const entries = await lives.kinds('r');
    held.resolve();
    await lives.clock.advance(1);

    expect(await rejection(old.result)).toMatchObject({ code: 'SUPERSEDED', runId: 'r' });
    expect(begun).toEqual(['a 1', 'a 2', 'b after 2']);
    expect(await lives.kinds('r')).toEqual(entries);
    expect((await eventsOf(old)).at(-1)).toMatchObject({
      type: 'run.suspended',
      error: { code: 'SUPERSEDED' },
    });
    await expect(old.sendSignal('go')).rejects.toMatchObject({ code: 'RUN_NOT_ACTIVE' });
  });
});

describe('a store that fails', () => {
  it('for a while costs nothing: the run goes on when it works again', async () => {
    const lives = new Lives();
    const store = fragile(lives);
    const flow = defineWorkflow('flow')
      .step('a', { run: sleep('1m') })
      .step('b', { after: ['a'], run: () => 'done' });
    const coordinator = new Coordinator({ store: store.store, clock: lives.clock });
    const run = coordinator.start(flow, undefined, { id: 'r' });
    await run.accepted;
    store.fail(true);
    await lives.clock.advance(60_500);
    expect(run.status).toBe('running');
    store.fail(false);
    await lives.clock.advance('1m');

    await expect(run.result).resolves.toEqual({ a: undefined, b: 'done' });
  });

  it('for good suspends the run: nothing that is not stored is told or begun, and it can be resumed', async () => {
    const lives = new Lives();
    const store = fragile(lives);
    const begun: string[] = [];
    const flow = defineWorkflow('flow')
      .step('a', { run: sleep('1m') })
      .step('b', { after: ['a'], run: () => begun.push('b') });
    const workflows = { definitions: [flow] };
    const coordinator = new Coordinator({ store: store.store, clock: lives.clock, workflows });
    const run = coordinator.start(flow, undefined, { id: 'r' });
    await run.accepted;
    await lives.clock.advance(1);
    store.fail(true);
    await lives.clock.advance('2m');

    expect(run.status).toBe('suspended');
    expect(await rejection(run.result)).toMatchObject({
      code: 'SUSPENDED',
      runId: 'r',
      cause: { code: 'STORE_FAILED' },
    });
    expect(begun).toEqual([]);
    const told = (await eventsOf(run)).map(({ type }) => type);
    expect(told).not.toContain('step.completed');
    store.fail(false);
    await lives.clock.advance('1m');
    const { resumed } = await coordinator.resume();
    await expect(resumed[0]!.result).resolves.toEqual({ a: undefined, b: 1 });
    expect(begun).toEqual(['b']);
  });

  it('at the start refuses the run through accepted', async () => {
    const lives = new Lives();
    const store = fragile(lives);
    store.fail(true);
    const coordinator = new Coordinator({ store: store.store, clock: lives.clock });
    let began = 0;
    const flow = defineWorkflow('flow').step('a', { run: () => ++began });
    const run = coordinator.start(flow, undefined, { id: 'r' });
    const accepted = rejection(run.accepted);
    await lives.clock.advance('1m');

    expect(await accepted).toMatchObject({ code: 'SUSPENDED', cause: { code: 'STORE_FAILED' } });
    expect(began).toBe(0);
  });
});
