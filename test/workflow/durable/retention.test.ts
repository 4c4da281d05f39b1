import { describe, expect, it } from 'vitest';
import { defineWorkflow, type HandlerContext, memoryStore, type Store } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';
import { sleep, untilAborted } from '../../support/workflows.ts';
import { Lives } from './lives.ts';

const quick = defineWorkflow('quick').step('s', { run: () => 1 });
const nested = defineWorkflow('nested')
  .step('inner', { run: quick, input: () => undefined })
  .forEach('each', { after: ['inner'], over: () => [1, 2, 3], run: (item: number) => item });

/** The streams of a store: of runs, and of what is part of them. */
async function streams(store: Store): Promise<string[]> {
  return (await store.journal.list()).map(({ stream }) => stream);
}

/** Those of what was part of a run. */
function partsOf(all: readonly string[], id: string): string[] {
  return all.filter((stream) => stream.startsWith(`part/${id.length}/${id}/`));
}

/** A store whose journal cannot delete until it is told that it can. */
function stickyStore(clock: FakeClock): { readonly store: Store; repair(): void } {
  const { durability, journal, records, close } = memoryStore({ clock });
  let broken = true;
  const sticky = new Proxy(journal, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]) =>
        key === 'delete' && broken ? Promise.reject(new Error('stuck')) : value.apply(target, values);
    },
  });
  return {
    store: { durability, journal: sticky, records, close },
    repair: () => {
      broken = false;
    },
  };
}

describe('finished runs in a store', () => {
  it('are removed beyond the number that is kept, the oldest first; what is part of one takes no place', async () => {
    const lives = new Lives();
    const { coordinator } = lives.begin({ workflows: { retention: { runs: 2 } } });
    for (const id of ['d', 'c', 'b', 'a']) {
      await coordinator.run(nested, undefined, { id });
      await lives.clock.advance(1_000);
    }
    const left = await streams(lives.store);

    expect(left.filter((stream) => stream.startsWith('run/'))).toEqual(['run/a', 'run/b']);
    expect(coordinator.stats().workflows).toMatchObject({ retained: 2, retainedLimit: 2 });
  });

  it('are removed with all that was part of them', async () => {
    const lives = new Lives();
    const { coordinator } = lives.begin({ workflows: { retention: { runs: 1 } } });
    await coordinator.run(nested, undefined, { id: 'a' });
    await lives.clock.advance(1);
    // A run for its inner step and one for its forEach.
    expect(partsOf(await streams(lives.store), 'a')).toHaveLength(2);
    await coordinator.run(quick, undefined, { id: 'b' });
    await lives.clock.advance(1);

    expect(await streams(lives.store)).toEqual(['run/b']);
  });

  it('are all removed where none is kept', async () => {
    const lives = new Lives();
    const { coordinator } = lives.begin({ workflows: { retention: { runs: 0 } } });
    await coordinator.run(nested, undefined, { id: 'a' });
    await lives.clock.advance(1);

    expect(await streams(lives.store)).toEqual([]);
  });

  it('are removed when they are too old, as the next run ends', async () => {
    const lives = new Lives();
    const { coordinator } = lives.begin({ workflows: { retention: { age: '1h' } } });
    await coordinator.run(quick, undefined, { id: 'a' });
    await lives.clock.advance('30m');
    await coordinator.run(quick, undefined, { id: 'b' });
    await lives.clock.advance('40m');
    expect(await streams(lives.store)).toEqual(['run/a', 'run/b']);
    await coordinator.run(quick, undefined, { id: 'c' });
    await lives.clock.advance(1);

    expect(await streams(lives.store)).toEqual(['run/b', 'run/c']);
    expect(coordinator.workflows.get('a')).toBeUndefined();
  });

  it('free their ids when they are removed', async () => {
    const lives = new Lives();
    const { coordinator } = lives.begin({ workflows: { retention: { runs: 1 } } });
    await coordinator.run(quick, undefined, { id: 'a' });
    await coordinator.run(quick, undefined, { id: 'b' });
    await lives.clock.advance(1);
    const again = coordinator.start(quick, undefined, { id: 'a' });

    await expect(again.accepted).resolves.toBeUndefined();
    await expect(again.result).resolves.toEqual({ s: 1 });
  });

  it('of earlier owners are pruned by resume: all but the newest, however they ended', async () => {
    const lives = new Lives();
    const failing = defineWorkflow('failing').step('s', { run: () => Promise.reject(new Error('no')) });
    const first = lives.begin();
    for (const id of ['z', 'y', 'x', 'w']) {
      const { result } =
        id === 'x'
          ? first.coordinator.start(failing, undefined, { id })
          : first.coordinator.start(nested, undefined, { id });
      await result.catch(() => {});
      await lives.clock.advance(1_000);
    }
    first.kill();
    const next = lives.begin({ workflows: { retention: { runs: 2 }, definitions: [nested] } });
    await next.coordinator.resume();
    await lives.clock.advance(1);

    const left = await streams(lives.store);
    expect(left.filter((stream) => stream.startsWith('run/'))).toEqual(['run/w', 'run/x']);
    expect(['x', 'y', 'z'].flatMap((id) => partsOf(left, id))).toEqual([]);
    expect(partsOf(left, 'w')).toHaveLength(2);
  });

  it('of earlier owners are pruned by their age', async () => {
    const lives = new Lives();
    const first = lives.begin();
    await first.coordinator.run(quick, undefined, { id: 'old' });
    await lives.clock.advance('2h');
    await first.coordinator.run(quick, undefined, { id: 'new' });
    first.kill();
    await lives.clock.advance('30m');
    const next = lives.begin({ workflows: { retention: { age: '1h' } } });
    await next.coordinator.resume();
    await lives.clock.advance(1);

    expect(await streams(lives.store)).toEqual(['run/new']);
  });

  it('that cannot be removed now are removed by a later resume', async () => {
    const clock = new FakeClock();
    const { store, repair } = stickyStore(clock);
    const lives = new Lives(store);
    const { coordinator } = lives.begin({ workflows: { retention: { runs: 1 } } });
    for (const id of ['a', 'b']) {
      await coordinator.run(quick, undefined, { id });
      await lives.clock.advance(1_000);
    }
    expect(await streams(store)).toEqual(['run/a', 'run/b']);
    repair();
    await coordinator.resume();
    await lives.clock.advance(1);

    expect(await streams(store)).toEqual(['run/b']);
  });
});

describe('unfinished runs in a store', () => {
  it('are never removed, whatever is kept', async () => {
    const lives = new Lives();
    const slow = defineWorkflow('slow').step('s', {
      run: async (_scope: unknown, { signal }: HandlerContext) => {
        await sleep(lives.clock, 3 * 3_600_000, signal);
        return 'done';
      },
      policy: { timeout: '5h' },
    });
    const retention = { runs: 0, age: '1h' } as const;
    const { coordinator } = lives.begin({ workflows: { retention } });
    const run = coordinator.start(slow, undefined, { id: 'slow' });
    await lives.clock.advance('2h');
    await coordinator.run(quick, undefined, { id: 'a' });
    await coordinator.resume();
    await lives.clock.advance(1);
    expect(await streams(lives.store)).toEqual(['run/slow']);
    await lives.clock.advance('1h');

    await expect(run.result).resolves.toEqual({ s: 'done' });
    expect(await streams(lives.store)).toEqual([]);
  });

  it('stay when their coordinator is closed', async () => {
    const lives = new Lives();
    const slow = defineWorkflow('slow').step('s', { run: untilAborted });
    const { coordinator } = lives.begin({ workflows: { retention: { runs: 0 } } });
    const run = coordinator.start(slow, undefined, { id: 'slow' });
    await lives.clock.advance(1);
    await Promise.all([coordinator.close(), run.result.catch(() => {})]);

    expect(await streams(lives.store)).toEqual(['run/slow']);
  });
});
