import { describe, expect, it } from 'vitest';
import { InvalidOptionsError, memoryStore, type RecordChange, storeChecks } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { runScript } from '../support/child.ts';
import { rejection, thrownBy } from '../support/outcome.ts';

describe('the memory store', () => {
  it('has carried out a call when it returns, and settles it in the same turn', async () => {
    const store = memoryStore();
    let turns = 0;
    const appended = store.journal.append('run', 0, ['a']);
    const head = store.journal.list();
    setImmediate(() => turns++);

    expect(await appended).toBe(1);
    expect(await head).toEqual([{ stream: 'run', last: 1, entry: 'a' }]);
    expect(turns).toBe(0);
  });

  it('sets a timer only while somebody watches records that expire, and never one that holds the process', async () => {
    const clock = new FakeClock();
    let timers = 0;
    const { schedule } = clock;
    clock.schedule = (callback, ms) => {
      timers++;
      return schedule.call(clock, callback, ms);
    };
    const { records } = memoryStore({ clock });
    await records.create('a', '1', { ttlMs: 1_000 });
    expect(timers).toBe(0);

    const end = records.watch('', () => {});
    expect(timers).toBe(1);
    for (let made = 0; made < 100; made++) await records.create(`b.${made}`, '1', { ttlMs: 1_000 + made });
    expect([timers, clock.pendingTimers]).toEqual([1, 0]);
    await records.create('c', '1', { ttlMs: 10 });
    expect(timers).toBe(2);
    end();
    const before = timers;
    await clock.advance(5_000);
    expect(timers).toBe(before);
    expect(await records.list()).toEqual([]);
  });

  it('lets the process end while it waits for a record to expire', { timeout: 20_000 }, async () => {
    const { code, stdout, stderr } = await runScript(`
      import { memoryStore } from './src/index.ts';
      const { records } = memoryStore();
      records.watch('', () => {});
      await records.create('lock', 'ada', { ttlMs: 3_600_000 });
      console.log('done');`);

    expect([code, stdout, stderr]).toEqual([0, 'done\n', '']);
  });

  it('expires records in the order of their times, whatever was renewed or removed', async () => {
    const clock = new FakeClock();
    const { records } = memoryStore({ clock });
    const told: string[] = [];
    records.watch('', ({ key, text }) => text === undefined && told.push(key));
    const times = Array.from({ length: 200 }, (_, place) => 1 + ((place * 7_919) % 211));
    const revisions = await Promise.all(
      times.map((ttlMs, place) => records.create(`${place}`, '', { ttlMs: 500 - ttlMs })),
    );
    const wanted: [number, string][] = [];
    for (const [place, ttlMs] of times.entries()) {
      if (place % 5 === 0) await records.delete(`${place}`);
      else if (place % 3 === 0) await records.update(`${place}`, '', revisions[place]!);
      else {
        await records.update(`${place}`, '', revisions[place]!, { ttlMs });
        wanted.push([ttlMs, `${place}`]);
      }
    }
    told.length = 0;
    await clock.advance(1_000);

    expect(told).toEqual(wanted.sort(([a], [b]) => a - b).map(([, key]) => key));
  });

  it('tells a change after the call that makes it has returned, and before its promise settles', async () => {
    const { records } = memoryStore();
    const order: string[] = [];
    records.watch('', () => void order.push('told'));
    const made = records.create('lock', 'ada').then(() => order.push('settled'));
    order.push('returned');
    await made;

    expect(order).toEqual(['returned', 'told', 'settled']);
  });

  it('looks after what a listener rejects with, and lets nobody change what others are told', async () => {
    const { records } = memoryStore();
    const told: RecordChange[] = [];
    const listeners: ((change: RecordChange) => unknown)[] = [
      () => Promise.reject(new Error('a listener rejected')),
      (change) => Object.assign(change, { text: 'forged' }),
      (change) => void told.push(change),
    ];
    for (const listener of listeners) records.watch('', listener as () => void);
    await records.create('lock', 'ada');
    await new Promise((resolve) => setImmediate(resolve));

    expect(told).toEqual([{ key: 'lock', text: 'ada', revision: 1 }]);
  });

  it('lists rightly whatever came and went between', async () => {
    const { journal } = memoryStore();
    const keys = Array.from({ length: 3_000 }, (_, place) => `run.${String(place).padStart(4, '0')}`);
    const streams = async () => (await journal.list({ limit: 9_999 })).map(({ stream }) => stream);
    for (const key of keys.toReversed()) await journal.append(key, 0, ['a']);
    expect(await streams()).toEqual(keys);

    for (const key of keys) await journal.delete(key, 1);
    for (const key of keys.slice(0, 10)) await journal.append(key, 0, ['b']);
    expect(await streams()).toEqual(keys.slice(0, 10));
    await journal.delete(keys[3]!, 1);
    await journal.append(keys[3]!, 0, ['c']);
    await journal.append('a', 0, ['c']);
    expect(await streams()).toEqual(['a', ...keys.slice(0, 10)]);
  });

  it('takes texts of 16 MiB and no longer ones', async () => {
    const { journal } = memoryStore();
    const most = 16 * 1_024 * 1_024;

    expect(await journal.append('run', 0, ['\u00e9'.repeat(most / 2)])).toBe(1);
    expect(await rejection(journal.append('run', 1, ['ok', `${'\u00e9'.repeat(most / 2)}x`]))).toMatchObject({
      code: 'INVALID_OPTIONS',
      option: 'entries.1',
      rule: 'text of at most 16 MiB of UTF-8',
    });
  });

  it.each([[null], [1], [{ clock: 1 }], [{ clocks: new FakeClock() }]])(
    'refuses the options %j',
    (options) => {
      expect(thrownBy(() => memoryStore(options as never))).toBeInstanceOf(InvalidOptionsError);
    },
  );
});

describe('storeChecks', () => {
  it('refuses NUL in a text, where some databases would end it', () => {
    expect(thrownBy(() => storeChecks.text('Journal.truncate', 'snapshot', 'a\0b'))).toMatchObject({
      option: 'snapshot',
      rule: 'text without NUL and lone surrogates',
    });
    expect(storeChecks.text('Journal.truncate', 'snapshot', '\u0001')).toBe('\u0001');
  });

  it('names the method, the argument and the place of what is wrong', () => {
    expect(thrownBy(() => storeChecks.entries(['a', 7]))).toMatchObject({
      owner: 'Journal.append',
      option: 'entries.1',
    });
    expect(thrownBy(() => storeChecks.expected('Journal.delete', -1))).toMatchObject({
      owner: 'Journal.delete',
      option: 'expected',
    });
    expect(thrownBy(() => storeChecks.key('a\0'))).toMatchObject({
      reason: 'a key has no control characters',
    });
  });

  it('fills in what is left out', () => {
    expect(storeChecks.readOptions(undefined)).toEqual({ after: 0, limit: 1_000 });
    expect(storeChecks.listOptions('Records.list', { prefix: 'a' })).toEqual({
      prefix: 'a',
      after: '',
      limit: 1_000,
    });
    expect(storeChecks.recordOptions('Records.update', {})).toEqual({ ttlMs: Number.POSITIVE_INFINITY });
  });
});
