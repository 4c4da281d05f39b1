import type { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it, vi } from 'vitest';
import { ConflictError, type RecordChange, StoreError } from '../../../src/index.ts';
import { sqliteStore } from '../../../src/integrations/sqlite/index.ts';
import { rejection } from '../../support/outcome.ts';
import { doubleSqlite, sqliteError } from './double.ts';
import { temporaryFile } from './files.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const open = () => sqliteStore({ file: temporaryFile(), durability: 'process' });

it('stores what is called in one turn in one transaction', async () => {
  let commits = 0;
  doubleSqlite({ before: (sql) => void (sql === 'COMMIT' && commits++) });
  await using store = closing(open());

  await Promise.all(
    Array.from({ length: 1_000 }, (_, place) => store.journal.append(`run.${place}`, 0, ['a'])),
  );

  expect(commits).toBe(1);
});

it('stores what follows from one turn in the transaction of the next', async () => {
  let commits = 0;
  doubleSqlite({ before: (sql) => void (sql === 'COMMIT' && commits++) });
  await using store = closing(open());
  const later = async (stream: string, hops: number) => {
    for (let hop = 0; hop < hops; hop++) await null;
    await store.journal.append(stream, 0, ['a']);
    for (let hop = 0; hop < hops; hop++) await null;
    await store.journal.append(stream, 1, ['b']);
  };

  await Promise.all(Array.from({ length: 100 }, (_, place) => later(`run.${place}`, place % 20)));

  expect(commits).toBe(2);
});

it('shares a turn that is too large among several transactions', async () => {
  let commits = 0;
  doubleSqlite({ before: (sql) => void (sql === 'COMMIT' && commits++) });
  await using store = closing(open());

  const appends = Array.from({ length: 5_000 }, (_, place) => store.journal.append(`run.${place}`, 0, ['a']));
  await Promise.all(appends);

  expect(commits).toBe(3);
  expect(await store.journal.list({ limit: 9_999 })).toHaveLength(5_000);
});

it('rejects all of a transaction that can not be stored, and goes on as if nobody had called', async () => {
  let broken = false;
  doubleSqlite({
    before: (sql) => {
      if (broken && sql === 'COMMIT') throw sqliteError(778, 'disk I/O error');
    },
  });
  await using store = closing(open());
  const told: RecordChange[] = [];
  store.records.watch('', (change) => void told.push(change));
  await store.journal.append('run', 0, ['a']);
  const revision = await store.records.create('lock', 'ada');

  broken = true;
  const calls = [
    store.journal.append('run', 1, ['lost']),
    store.journal.append('new', 0, ['lost']),
    store.records.update('lock', 'lost', revision),
    store.records.create('new', 'lost'),
    store.journal.append('run', 0, ['in conflict']),
  ];
  const errors = await Promise.all(calls.map(rejection));
  broken = false;

  expect(errors.map((error) => (error as StoreError).fault)).toEqual(Array(5).fill('failed'));
  expect(errors[0]).toBeInstanceOf(StoreError);
  expect((errors[0] as StoreError).retryable).toBe(true);
  expect(await store.journal.list()).toEqual([{ stream: 'run', last: 1, entry: 'a' }]);
  expect(await store.records.list()).toEqual([{ key: 'lock', text: 'ada', revision }]);
  expect(await store.journal.append('run', 1, ['b'])).toBe(2);
  expect(await store.records.update('lock', 'bob', revision)).toBe(revision + 1);
  expect(told.map(({ text }) => text)).toEqual(['ada', 'bob']);
});

it('rejects all of a transaction in which a statement fails', async () => {
  let broken = false;
  doubleSqlite({
    before: (sql) => {
      if (broken && sql.startsWith('INSERT INTO entries')) throw sqliteError(13, 'database or disk is full');
    },
  });
  await using store = closing(open());
  await store.journal.append('run', 0, ['a']);

  broken = true;
  const errors = await Promise.all(
    [store.journal.append('run', 1, ['b']), store.records.create('lock', 'ada')].map(rejection),
  );
  broken = false;

  expect(errors.map((error) => (error as StoreError).fault)).toEqual(['full', 'full']);
  expect(await store.records.get('lock')).toBeUndefined();
  expect(await store.journal.append('run', 1, ['b'])).toBe(2);
});

it('lets a conflict fail nobody but its caller', async () => {
  await using store = closing(open());

  const outcomes = await Promise.allSettled([
    store.journal.append('run', 0, ['a']),
    store.journal.append('run', 0, ['b']),
    store.journal.append('run', 1, ['c']),
    store.records.update('lock', 'x', 5),
    store.records.create('lock', 'y'),
  ]);

  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(ConflictError);
  expect((await store.journal.read('run')).entries).toEqual(['a', 'c']);
});

it('shows a read that is called after an append in one turn what the append stores', async () => {
  await using store = closing(open());

  const appended = store.journal.append('run', 0, ['a']);
  const read = store.journal.read('run');

  expect((await read).entries).toEqual(['a']);
  await appended;
});

it('acknowledges nothing when the disk is full, keeps what it acknowledged, and goes on when there is room', async () => {
  const databases: DatabaseSync[] = [];
  doubleSqlite({ opened: (database) => void databases.push(database) });
  const store = open();
  await store.journal.append('run', 0, ['a']);
  const database = databases.at(-1)!;
  database.exec('PRAGMA max_page_count = 20');

  let last = 1;
  const text = 'x'.repeat(3_000);
  const error = await (async () => {
    for (;;) {
      const failure = await store.journal.append('run', last, [text]).then(
        () => undefined,
        (thrown) => thrown,
      );
      if (failure !== undefined) return failure as StoreError;
      last++;
    }
  })();

  expect([error.code, error.fault, error.retryable]).toEqual(['STORE_FAILED', 'full', true]);
  expect((await store.journal.read('run')).last).toBe(last);
  database.exec('PRAGMA max_page_count = 10000');
  expect(await store.journal.append('run', last, [text])).toBe(last + 1);
  await store.close();
  await using again = closing(sqliteStore({ file: store.file, durability: 'process' }));
  expect((await again.journal.read('run')).entries).toHaveLength(last + 1);
});

it('forgets the heads of streams that were not used of late', async () => {
  await using store = closing(open());
  const streams = Array.from({ length: 12_000 }, (_, place) => `run.${place}`);

  await Promise.all(streams.map((stream) => store.journal.append(stream, 0, ['a'])));
  await Promise.all(streams.map((stream) => store.journal.append(stream, 1, ['b'])));

  expect(await store.journal.append('run.0', 2, ['c'])).toBe(3);
  expect(await store.journal.list({ prefix: 'run.1199', limit: 1 })).toEqual([
    { stream: 'run.1199', last: 2, entry: 'b' },
  ]);
});

function closing<S extends { close(): Promise<void> }>(store: S): S & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}
