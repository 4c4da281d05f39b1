import { claimSame, codeOf, outcomeOf, thrownBy } from './checks.ts';
import { type DeclareStoreClause, LONG_MS, SHORT_MS } from './store-bench.ts';

/** What becomes of a store that is closed. */
export function closeClauses(clause: DeclareStoreClause): void {
  clause('says how long what it stores stays', async ({ store }) => {
    claimSame(['memory', 'process', 'power'].includes(store.durability), true, 'a level of durability');
  });

  clause('refuses every call once it is closed', async (bench) => {
    const { journal, records, store } = bench;
    await bench.append('run', 0, 'a');
    await store.close();
    const calls = [
      () => journal.append('run', 1, ['b']),
      () => journal.read('run'),
      () => journal.truncate('run', 1, 'a'),
      () => journal.delete('run', 1),
      () => journal.list(),
      () => records.get('lock'),
      () => records.create('lock', 'a'),
      () => records.update('lock', 'a', 1),
      () => records.delete('lock'),
      () => records.list(),
    ];
    for (const [place, call] of calls.entries()) await bench.refuses(call, 'CLOSED', `call ${place + 1}`);
    claimSame(codeOf(thrownBy(() => records.watch('', () => {}))), 'CLOSED', 'what watch throws');
  });

  clause('can be closed more than once', async ({ store, withinMs }) => {
    const closing = Promise.all([store.close(), store.close()]);
    claimSame((await outcomeOf(closing, 'closing twice', withinMs)).error, undefined, 'the error');
    const again = await outcomeOf(store.close(), 'closing again', withinMs);
    claimSame(again.error, undefined, 'the error');
  });

  clause('can be closed before it was used', async ({ store, withinMs }) => {
    claimSame((await outcomeOf(store.close(), 'closing', withinMs)).error, undefined, 'the error');
  });

  clause('waits for what was accepted when it is closed', async (bench) => {
    const calls = Array.from({ length: 20 }, (_, place) => bench.append(`run.${place}`, 0, 'a'));
    let settled = 0;
    for (const call of calls) {
      const count = () => void settled++;
      call.then(count, count);
    }
    await outcomeOf(bench.store.close(), 'closing', bench.withinMs);
    // What is settled before is known a few microtasks later.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    claimSame(settled, calls.length, 'calls that were settled when the store was closed');
    const { output } = await outcomeOf(Promise.all(calls), 'the appends', bench.withinMs);
    claimSame(
      output,
      calls.map(() => 1),
      'the sequences',
    );
  });

  clause('tells nobody anything once it is closed', async (bench) => {
    const told = bench.watch();
    await bench.records.create('lock', 'ada', { ttlMs: SHORT_MS });
    await bench.told(told, 1);
    await bench.store.close();
    await bench.advance(SHORT_MS);
    await bench.told(told, 1);
  });
}

/** What is there after a restart. */
export function restartClauses(clause: DeclareStoreClause): void {
  clause('has every entry and snapshot after a restart', async (bench) => {
    const { journal } = bench;
    await bench.append('run.1', 0, 'a', 'b', 'c');
    await bench.append('run.2', 0, '\u{1f600}');
    await bench.append('run.3', 0, 'x', 'y');
    await bench.append('gone', 0, 'a');
    await journal.truncate('run.1', 2, 'ab');
    await journal.truncate('run.3', 2, 'xy');
    await journal.delete('gone', 1);
    const read = () =>
      Promise.all(['run.1', 'run.2', 'run.3', 'gone'].map((stream) => bench.journal.read(stream)));
    const before = [await read(), await journal.list()];
    await bench.reopen();
    claimSame([await read(), await bench.journal.list()], before, 'the streams');
    claimSame(await bench.append('run.3', 2, 'z'), 3, 'the sequence of the next entry');
    await bench.conflicts(() => bench.append('run.1', 2, 'x'), ['run.1', 2, 3], 'an append at 2');
  });

  clause('has every record after a restart, with its revision', async (bench) => {
    const first = await bench.records.create('a', '1');
    await bench.records.create('b', '2');
    await bench.records.update('a', '3', first);
    await bench.records.create('c', '4');
    await bench.records.delete('c');
    const before = await bench.records.list();
    await bench.reopen();
    claimSame(await bench.records.list(), before, 'the records');
  });

  clause('gives no revision again after a restart, also when the last record is gone', async (bench) => {
    await bench.records.create('a', '1');
    const last = await bench.records.create('b', '2');
    await bench.records.delete('b');
    await bench.reopen();
    const next = await bench.records.create('c', '3');
    claimSame(next > last + 1, true, `revision ${next} follows the removal after ${last}`);
  });

  clause('counts the time to live on over a restart', async (bench) => {
    await bench.records.create('short', 'a', { ttlMs: SHORT_MS });
    await bench.records.create('long', 'b', { ttlMs: LONG_MS });
    await bench.reopen();
    await bench.advance(SHORT_MS);
    claimSame(await bench.keys(), ['long'], 'the keys');
  });

  clause('tells after a restart that the time of a record is up', async (bench) => {
    await bench.records.create('short', 'a', { ttlMs: SHORT_MS });
    await bench.reopen();
    const told = bench.watch();
    await bench.records.create('other', 'b');
    await bench.advance(SHORT_MS);
    await bench.told(told, 2);
    claimSame(told.map(({ key }) => key).toSorted(), ['other', 'short'], 'the keys of the changes');
  });

  clause('has what was accepted before it was closed', async (bench) => {
    const appended = bench.append('run', 0, 'a');
    const made = bench.records.create('lock', 'ada');
    await bench.reopen();
    claimSame([await appended, await bench.entries('run')], [1, ['a']], 'the stream');
    claimSame((await bench.records.get('lock'))?.revision, await made, 'the revision of the record');
  });
}
