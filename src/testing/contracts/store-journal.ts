import { claim, claimSame, thrownBy } from './checks.ts';
import type { DeclareStoreClause } from './store-bench.ts';

/** What `Journal` promises of single streams. */
export function journalClauses(clause: DeclareStoreClause): void {
  clause('has no entries in a stream that nobody has written', async ({ journal }) => {
    claimSame(await journal.read('run'), { last: 0, first: 1, entries: [] }, 'the stream');
  });

  clause('gives the entries of a stream their places, from 1 on', async (bench) => {
    claimSame(await bench.append('run', 0, 'a'), 1, 'the sequence of the first entry');
    claimSame(await bench.append('run', 1, 'b'), 2, 'the sequence of the second entry');
    const expected = { last: 2, first: 1, entries: ['a', 'b'] };
    claimSame(await bench.journal.read('run'), expected, 'the stream');
  });

  clause('adds several entries at once, in their order', async (bench) => {
    claimSame(await bench.append('run', 0, 'a', 'b', 'c'), 3, 'the sequence of the last entry');
    claimSame(await bench.append('run', 3, 'd', 'e'), 5, 'the sequence of the last entry');
    claimSame(await bench.entries('run'), ['a', 'b', 'c', 'd', 'e'], 'the entries');
  });

  clause('keeps an entry that is there twice', async (bench) => {
    await bench.append('run', 0, 'a', 'a');
    await bench.append('run', 2, 'a');
    claimSame(await bench.entries('run'), ['a', 'a', 'a'], 'the entries');
  });

  clause('keeps the entries apart from the array that they came in', async (bench) => {
    const given = ['a', 'b'];
    const appended = bench.journal.append('run', 0, given);
    given[0] = 'changed';
    given.push('more');
    await appended;
    claimSame(await bench.entries('run'), ['a', 'b'], 'the entries');
    const read = (await bench.entries('run')) as string[];
    thrownBy(() => read.push('more')); // It may be frozen.
    claimSame(await bench.entries('run'), ['a', 'b'], 'the entries');
  });

  clause('only compares the sequence when there is nothing to append', async (bench) => {
    claimSame(await bench.append('run', 0), 0, 'the sequence');
    claimSame(await bench.streams(), [], 'the streams');
    await bench.append('run', 0, 'a');
    claimSame(await bench.append('run', 1), 1, 'the sequence');
    await bench.conflicts(() => bench.append('run', 0), ['run', 0, 1], 'an append of nothing at 0');
  });

  clause(
    'refuses an append that expects less or more than there is, and stores none of it',
    async (bench) => {
      await bench.conflicts(() => bench.append('run', 1, 'x'), ['run', 1, 0], 'an append at 1 to no stream');
      claimSame(await bench.streams(), [], 'the streams');
      await bench.append('run', 0, 'a', 'b');
      for (const expected of [0, 1, 3, 1_000_000]) {
        const call = () => bench.append('run', expected, 'x', 'y');
        await bench.conflicts(call, ['run', expected, 2], `an append at ${expected}`);
      }
      claimSame(await bench.entries('run'), ['a', 'b'], 'the entries');
      claimSame(await bench.append('run', 2, 'c'), 3, 'the sequence of the next entry');
    },
  );

  clause('keeps streams apart', async (bench) => {
    await bench.append('run.1', 0, 'a');
    await bench.append('run.2', 0, 'b', 'c');
    await bench.append('run.1', 1, 'd');
    claimSame(await bench.entries('run.1'), ['a', 'd'], 'the entries of run.1');
    claimSame(await bench.entries('run.2'), ['b', 'c'], 'the entries of run.2');
  });

  clause('reads the entries after a sequence', async ({ journal }) => {
    await journal.append('run', 0, ['a', 'b', 'c', 'd']);
    const after = (sequence: number) => journal.read('run', { after: sequence });
    claimSame(await after(0), { last: 4, first: 1, entries: ['a', 'b', 'c', 'd'] }, 'after 0');
    claimSame(await after(2), { last: 4, first: 3, entries: ['c', 'd'] }, 'after 2');
    claimSame(await after(3), { last: 4, first: 4, entries: ['d'] }, 'after 3');
  });

  clause('has nothing after the end of a stream, and says which sequence is next', async ({ journal }) => {
    await journal.append('run', 0, ['a', 'b']);
    const wanted = { last: 2, first: 3, entries: [] };
    claimSame(await journal.read('run', { after: 2 }), wanted, 'after the last');
    claimSame(await journal.read('run', { after: 900 }), wanted, 'far after the last');
    claimSame(await journal.read('none', { after: 5 }), { last: 0, first: 1, entries: [] }, 'of no stream');
  });

  clause('reads a stream in parts that give every entry once', async ({ journal }) => {
    const all = Array.from({ length: 25 }, (_, place) => `entry ${place}`);
    await journal.append('run', 0, all);
    const found: string[] = [];
    for (let part = await journal.read('run', { limit: 10 }); part.entries.length > 0; ) {
      claim(found.length < all.length, 'parts go on after the end');
      claimSame([part.last, part.first], [25, found.length + 1], 'last and first of a part');
      found.push(...part.entries);
      part = await journal.read('run', { after: found.length, limit: 10 });
    }
    claimSame(found, all, 'the entries of all parts');
    claimSame((await journal.read('run', { after: 24, limit: 1 })).entries, ['entry 24'], 'the last one');
  });

  clause('reads 1000 entries at most unless it is told', async ({ journal }) => {
    const all = Array.from({ length: 1_005 }, (_, place) => `${place}`);
    await journal.append('run', 0, all);
    claimSame((await journal.read('run')).entries, all.slice(0, 1_000), 'the entries');
    const { entries } = await journal.read('run', { limit: Number.POSITIVE_INFINITY });
    claimSame(entries, all, 'the entries without a limit');
  });

  clause('puts a snapshot in the place of the first entries, and goes on counting', async (bench) => {
    const { journal } = bench;
    await bench.append('run', 0, 'a', 'b', 'c', 'd');
    await journal.truncate('run', 3, 'abc');
    const snapshot = { sequence: 3, text: 'abc' };
    claimSame(await journal.read('run'), { last: 4, snapshot, first: 4, entries: ['d'] }, 'the stream');
    claimSame(await bench.append('run', 4, 'e'), 5, 'the sequence of the next entry');
    const wanted = { last: 5, snapshot, first: 4, entries: ['d', 'e'] };
    claimSame(await journal.read('run', { after: 1 }), wanted, 'the stream after 1');
    await bench.conflicts(() => bench.append('run', 2, 'x'), ['run', 2, 5], 'an append at 2');
  });

  clause('shows the snapshot only to those who miss what it stands for', async ({ journal }) => {
    await journal.append('run', 0, ['a', 'b', 'c', 'd']);
    await journal.truncate('run', 2, 'ab');
    const snapshotAfter = async (after: number) => (await journal.read('run', { after })).snapshot;
    const snapshot = { sequence: 2, text: 'ab' };
    claimSame([await snapshotAfter(0), await snapshotAfter(1)], [snapshot, snapshot], 'after 0 and 1');
    claimSame([await snapshotAfter(2), await snapshotAfter(3)], [null, null], 'after 2 and 3');
    claimSame(await journal.read('run', { after: 2 }), { last: 4, first: 3, entries: ['c', 'd'] }, 'after 2');
  });

  clause('lets a snapshot stand for a whole stream', async (bench) => {
    await bench.append('run', 0, 'a', 'b');
    await bench.journal.truncate('run', 2, 'ab');
    const wanted = { last: 2, snapshot: { sequence: 2, text: 'ab' }, first: 3, entries: [] };
    claimSame(await bench.journal.read('run'), wanted, 'the stream');
    await bench.conflicts(() => bench.append('run', 0, 'x'), ['run', 0, 2], 'an append at 0');
    claimSame(await bench.append('run', 2, 'c'), 3, 'the sequence of the next entry');
    claimSame((await bench.journal.read('run', { after: 2 })).entries, ['c'], 'the entries after it');
  });

  clause('replaces a snapshot by one of the same or a later sequence', async ({ journal }) => {
    await journal.append('run', 0, ['a', 'b', 'c']);
    await journal.truncate('run', 1, 'first');
    await journal.truncate('run', 1, 'again');
    claimSame((await journal.read('run')).snapshot, { sequence: 1, text: 'again' }, 'the snapshot');
    await journal.truncate('run', 3, 'third');
    const wanted = { last: 3, snapshot: { sequence: 3, text: 'third' }, first: 4, entries: [] };
    claimSame(await journal.read('run'), wanted, 'the stream');
  });

  clause(
    'refuses a snapshot beyond the end, or before the one there is, and changes nothing',
    async (bench) => {
      const { journal } = bench;
      await bench.append('run', 0, 'a', 'b', 'c');
      await journal.truncate('run', 2, 'ab');
      const before = await journal.read('run');
      await bench.conflicts(() => journal.truncate('run', 4, 'x'), ['run', 4, 3], 'a snapshot at 4');
      await bench.conflicts(() => journal.truncate('run', 1, 'x'), ['run', 1, 2], 'a snapshot at 1');
      await bench.conflicts(
        () => journal.truncate('none', 1, 'x'),
        ['none', 1, 0],
        'a snapshot of no stream',
      );
      await bench.refuses(() => journal.truncate('run', 0, 'x'), 'INVALID_OPTIONS', 'a snapshot at 0');
      claimSame(await journal.read('run'), before, 'the stream');
      claimSame(await bench.streams(), ['run'], 'the streams');
    },
  );

  clause('deletes a stream as if it had never been', async (bench) => {
    await bench.append('run', 0, 'a', 'b');
    await bench.append('other', 0, 'x');
    await bench.journal.delete('run', 2);
    claimSame(await bench.journal.read('run'), { last: 0, first: 1, entries: [] }, 'the stream');
    claimSame(await bench.streams(), ['other'], 'the streams');
    claimSame(await bench.append('run', 0, 'c'), 1, 'the sequence of the first entry of a new one');
    claimSame(await bench.entries('run'), ['c'], 'the entries of the new one');
    claimSame(await bench.entries('other'), ['x'], 'the entries of another');
  });

  clause('deletes a stream with its snapshot', async (bench) => {
    await bench.append('run', 0, 'a', 'b');
    await bench.journal.truncate('run', 2, 'ab');
    await bench.journal.delete('run', 2);
    await bench.append('run', 0, 'c');
    claimSame(await bench.journal.read('run'), { last: 1, first: 1, entries: ['c'] }, 'the new stream');
  });

  clause('refuses to delete a stream that stands elsewhere, and keeps it', async (bench) => {
    const { journal } = bench;
    await bench.append('run', 0, 'a', 'b');
    await bench.conflicts(() => journal.delete('run', 1), ['run', 1, 2], 'deleting at 1');
    await bench.conflicts(() => journal.delete('run', 0), ['run', 0, 2], 'deleting at 0');
    await bench.conflicts(() => journal.delete('none', 1), ['none', 1, 0], 'deleting no stream at 1');
    await journal.delete('none', 0);
    claimSame(await bench.entries('run'), ['a', 'b'], 'the entries');
  });

  clause('lists streams with their ends', async ({ journal }) => {
    await journal.append('a', 0, ['1', '2']);
    await journal.append('b', 0, ['3', '4']);
    await journal.append('c', 0, ['5']);
    await journal.truncate('b', 2, 'all');
    await journal.truncate('c', 1, 'one');
    await journal.append('c', 1, ['6']);
    const wanted = [
      { stream: 'a', last: 2, entry: '2' },
      { stream: 'b', last: 2 },
      { stream: 'c', last: 2, entry: '6' },
    ];
    claimSame(await journal.list(), wanted, 'the list');
  });

  clause('lists streams in parts, also while those that were seen are deleted', async (bench) => {
    for (let place = 10; place < 35; place++) await bench.append(`run.${place}`, 0, 'a');
    await bench.append('other', 0, 'a');
    const found: string[] = [];
    for (let keys = await bench.streams({ prefix: 'run.', limit: 10 }); keys.length > 0; ) {
      claim(found.length < 25, 'parts go on after the end');
      claimSame(keys.length <= 10, true, 'no more than 10 in a part');
      found.push(...keys);
      for (const key of keys) await bench.journal.delete(key, 1);
      keys = await bench.streams({ prefix: 'run.', after: keys.at(-1), limit: 10 });
    }
    claimSame(
      found,
      Array.from({ length: 25 }, (_, place) => `run.${place + 10}`),
      'the streams',
    );
    claimSame(await bench.streams(), ['other'], 'what is left');
  });
}
