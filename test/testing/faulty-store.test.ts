import { describe, expect, it } from 'vitest';
import { memoryStore, type Store } from '../../src/index.ts';
import { FakeClock, Faults } from '../../src/testing/index.ts';
import { rejection, watch } from '../support/outcome.ts';

/** A store to which things can happen, and the store behind it. */
function setUp(): { clock: FakeClock; faults: Faults; behind: Store; store: Store } {
  const clock = new FakeClock();
  const faults = new Faults({ clock });
  const behind = memoryStore({ clock });
  return { clock, faults, behind, store: faults.store(behind) };
}

const lastOf = async ({ journal }: Store): Promise<number> => (await journal.read('log')).last;

describe('a store with faults', () => {
  it('is the same store while nothing was ordered', async () => {
    const { clock, faults, behind, store } = setUp();
    const changes: unknown[] = [];
    const end = store.records.watch('a', (change) => changes.push(change));

    expect(store.durability).toBe('memory');
    expect(await store.journal.append('log', 0, ['1', '2'])).toBe(2);
    expect(await store.journal.list()).toEqual(await behind.journal.list());
    expect(await store.records.create('a', 'text')).toBe(1);
    end();
    expect(await store.records.delete('a', 1)).toBe(true);
    expect(await rejection(store.journal.append('log', 0, ['1']))).toMatchObject({ code: 'CONFLICT' });
    expect(changes).toEqual([{ key: 'a', text: 'text', revision: 1 }]);
    expect([faults.struck, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('fails as often as was ordered, before there is any effect', async () => {
    const { faults, store } = setUp();
    faults.failNext('store', 2);
    const errors = [
      await rejection(store.journal.append('log', 0, ['1'])),
      await rejection(store.records.get('a')),
    ];

    expect(errors).toMatchObject([
      { code: 'STORE_FAILED', fault: 'failed', retryable: true, cause: { code: 'INJECTED_FAULT' } },
      { message: expect.stringContaining('"store.records.get" fails because the test lets it') },
    ]);
    expect([await lastOf(store), faults.struck]).toEqual([0, 2]);
  });

  it('fails after its effect, with the error that was ordered', async () => {
    const { faults, store } = setUp();
    const error = new Error('the answer is lost');
    faults.failNext('store', 1, { after: true, error });

    expect(await rejection(store.journal.append('log', 0, ['1']))).toBe(error);
    expect(await lastOf(store)).toBe(1);
  });

  it('fails at one method, and lets the others alone', async () => {
    const { faults, store } = setUp();
    faults.failNext('store.journal.append');

    expect(await lastOf(store)).toBe(0);
    expect(await rejection(store.journal.append('log', 0, ['1']))).toMatchObject({ code: 'STORE_FAILED' });
    expect(await store.journal.append('log', 0, ['1'])).toBe(1);
  });

  it('answers later from then on, and has its effect at once, until that is ended', async () => {
    const { clock, faults, behind, store } = setUp();
    faults.latency('store', '2s');
    const slow = watch(store.journal.append('log', 0, ['1']));
    const refused = watch(store.journal.append('log', 5, ['1']));
    await clock.advance(1_999);
    expect([slow.state, refused.state, await lastOf(behind)]).toEqual(['pending', 'pending', 1]);
    await clock.advance(1);
    expect([slow.value, refused.value]).toMatchObject([1, { code: 'CONFLICT' }]);
    faults.latency('store', 0);

    expect(await lastOf(store)).toBe(1);
  });

  it('fails at every call once it is killed, and works again when it is revived', async () => {
    const { faults, store } = setUp();
    faults.failNext('store', 1, { after: true, error: new Error('ordered before') });
    faults.kill('store');
    for (let n = 0; n < 3; n++) {
      expect(await rejection(store.journal.append('log', 0, ['1']))).toMatchObject({ code: 'STORE_FAILED' });
    }
    faults.clear();

    expect(await lastOf(store)).toBe(0);
  });

  it('has a name of its own beside others', async () => {
    const { faults, behind, store } = setUp();
    const other = faults.store(behind, 'other');
    faults.kill('other');

    expect(await rejection(other.records.get('a'))).toMatchObject({ code: 'STORE_FAILED' });
    expect(await store.records.get('a')).toBeUndefined();
    faults.revive('other');
    expect(await other.records.get('a')).toBeUndefined();
  });

  it('is closed with the store behind it', async () => {
    const { behind, store } = setUp();
    await store.close();

    expect(await rejection(behind.records.get('a'))).toMatchObject({ code: 'CLOSED' });
    expect(await rejection(store.records.get('a'))).toMatchObject({ code: 'CLOSED' });
  });
});
