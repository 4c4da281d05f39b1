import { claim, claimSame } from './checks.ts';
import { type DeclareStoreClause, LONG_MS, SHORT_MS } from './store-bench.ts';

/** What `Records` promises of single records, and of those that live for a time. */
export function recordClauses(clause: DeclareStoreClause): void {
  clause('has no record that nobody has made', async (bench) => {
    claimSame((await bench.records.get('lock')) === undefined, true, 'no record');
    claimSame(await bench.keys(), [], 'the keys');
  });

  clause('makes a record, and shows it with its revision', async ({ records }) => {
    const revision = await records.create('lock', 'ada');
    claim(Number.isSafeInteger(revision) && revision > 0, `the revision is ${revision}`);
    claimSame(await records.get('lock'), { key: 'lock', text: 'ada', revision }, 'the record');
  });

  clause('refuses to make a record that is there, and keeps it', async (bench) => {
    const revision = await bench.records.create('lock', 'ada');
    const call = () => bench.records.create('lock', 'bob');
    await bench.conflicts(call, ['lock', 0, revision], 'making it again');
    claimSame((await bench.records.get('lock'))?.text, 'ada', 'the text');
  });

  clause('changes a record whose revision is named', async ({ records }) => {
    const first = await records.create('lock', 'ada');
    const second = await records.update('lock', 'bob', first);
    claim(second > first, `revision ${second} follows ${first}`);
    claimSame(await records.get('lock'), { key: 'lock', text: 'bob', revision: second }, 'the record');
    const third = await records.update('lock', 'bob', second);
    claim(third > second, `revision ${third} of the same text follows ${second}`);
  });

  clause('refuses a change that names another revision, and keeps the record', async (bench) => {
    const { records } = bench;
    const first = await records.create('lock', 'ada');
    const second = await records.update('lock', 'bob', first);
    const stale = () => records.update('lock', 'eve', first);
    await bench.conflicts(stale, ['lock', first, second], 'a change of an old revision');
    const early = () => records.update('lock', 'eve', second + 1);
    await bench.conflicts(early, ['lock', second + 1, second], 'a change of a revision to come');
    const none = () => records.update('none', 'eve', first);
    await bench.conflicts(none, ['none', first, 0], 'a change of no record');
    claimSame(await records.list(), [{ key: 'lock', text: 'bob', revision: second }], 'the records');
  });

  clause('removes a record, and says whether there was one', async (bench) => {
    const { records } = bench;
    claimSame(await records.delete('lock'), false, 'removing no record');
    await records.create('lock', 'ada');
    claimSame(await records.delete('lock'), true, 'removing it');
    claimSame(await records.delete('lock'), false, 'removing it again');
    claimSame([(await records.get('lock')) === undefined, await bench.keys()], [true, []], 'what is left');
  });

  clause('removes a record of a revision, and refuses to remove another', async (bench) => {
    const { records } = bench;
    const first = await records.create('lock', 'ada');
    const second = await records.update('lock', 'bob', first);
    const stale = () => records.delete('lock', first);
    await bench.conflicts(stale, ['lock', first, second], 'removing an old revision');
    await bench.conflicts(() => records.delete('none', first), ['none', first, 0], 'removing no record');
    claimSame((await records.get('lock'))?.text, 'bob', 'the text');
    claimSame(await records.delete('lock', second), true, 'removing it');
  });

  clause('gives revisions that grow over all records, and never one again', async ({ records }) => {
    const revisions = [await records.create('a', '1'), await records.create('b', '1')];
    revisions.push(await records.update('a', '2', revisions[0]!));
    await records.delete('a');
    await records.delete('b');
    revisions.push(await records.create('b', '2'), await records.create('a', '3'));
    const sorted = revisions.toSorted((a, b) => a - b);
    claimSame(revisions, sorted, 'the revisions in the order of their changes');
    claimSame(new Set(revisions).size, revisions.length, 'how many of them differ');
  });

  clause('lists records with their texts and revisions, in parts', async ({ records }) => {
    const made = [];
    for (const key of ['run.3', 'other', 'run.1', 'run.2']) {
      made.push({ key, text: `of ${key}`, revision: await records.create(key, `of ${key}`) });
    }
    const [third, other, first, second] = made;
    claimSame(await records.list(), [other, first, second, third], 'all');
    claimSame(await records.list({ prefix: 'run.' }), [first, second, third], 'those with the prefix');
    claimSame(await records.list({ prefix: 'run.', limit: 2 }), [first, second], 'the first two');
    claimSame(await records.list({ prefix: 'run.', after: 'run.2' }), [third], 'those after the second');
  });

  clause('keeps a record and a stream of one key apart', async (bench) => {
    await bench.append('run', 0, 'entry');
    const revision = await bench.records.create('run', 'text');
    await bench.journal.delete('run', 1);
    claimSame(await bench.records.get('run'), { key: 'run', text: 'text', revision }, 'the record');
    await bench.append('run', 0, 'entry');
    await bench.records.delete('run');
    claimSame(await bench.entries('run'), ['entry'], 'the stream');
  });

  clause('keeps a record as long as its time to live, and not longer', async (bench) => {
    const { records } = bench;
    await records.create('short', 'a', { ttlMs: SHORT_MS });
    await records.create('long', 'b', { ttlMs: LONG_MS });
    await records.create('ever', 'c', { ttlMs: Number.POSITIVE_INFINITY });
    claimSame((await records.get('short'))?.text, 'a', 'the text in time');
    await bench.advance(SHORT_MS);
    claimSame((await records.get('short')) === undefined, true, 'gone when its time is up');
    claimSame(await bench.keys(), ['ever', 'long'], 'the keys');
  });

  clause('takes a record whose time is up for none', async (bench) => {
    const { records } = bench;
    const revisions: number[] = [];
    for (const key of ['made', 'changed', 'removed', 'claimed']) {
      revisions.push(await records.create(key, 'a', { ttlMs: SHORT_MS }));
    }
    const [, changed, , claimed] = revisions as [number, number, number, number];
    await bench.advance(SHORT_MS);
    await bench.conflicts(
      () => records.update('changed', 'b', changed),
      ['changed', changed, 0],
      'a change of it',
    );
    claimSame(await records.delete('removed'), false, 'removing it');
    const remove = () => records.delete('claimed', claimed);
    await bench.conflicts(remove, ['claimed', claimed, 0], 'removing its revision');
    const again = await records.create('made', 'b');
    claim(again > claimed, `revision ${again} follows ${claimed}`);
    claimSame(await bench.keys(), ['made'], 'the keys');
  });

  clause('counts the time to live anew with every change', async (bench) => {
    const { records } = bench;
    const made = await records.create('lock', 'ada', { ttlMs: SHORT_MS });
    const renewed = await records.update('lock', 'ada', made, { ttlMs: LONG_MS });
    await bench.advance(SHORT_MS);
    claimSame((await records.get('lock'))?.revision, renewed, 'the revision after the first time');
    await records.update('lock', 'ada', renewed, { ttlMs: SHORT_MS });
    await bench.advance(SHORT_MS);
    claimSame((await records.get('lock')) === undefined, true, 'gone after the second time');
  });

  clause('keeps a record for ever that is changed without a time to live', async (bench) => {
    const { records } = bench;
    const made = await records.create('lock', 'ada', { ttlMs: SHORT_MS });
    await records.update('lock', 'bob', made);
    await bench.advance(SHORT_MS);
    claimSame((await records.get('lock'))?.text, 'bob', 'the text');
  });

  clause('refuses a time to live that is none', async (bench) => {
    const revision = await bench.records.create('lock', 'ada');
    for (const ttlMs of [0, -1, Number.NaN, '1s', null] as number[]) {
      const what = `a time to live of ${String(ttlMs)}`;
      await bench.refuses(() => bench.records.create('new', 'a', { ttlMs }), 'INVALID_OPTIONS', what);
      const update = () => bench.records.update('lock', 'a', revision, { ttlMs });
      await bench.refuses(update, 'INVALID_OPTIONS', what);
    }
    claimSame(await bench.keys(), ['lock'], 'the keys');
  });
}
