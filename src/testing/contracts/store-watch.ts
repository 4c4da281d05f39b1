import { claim, claimSame, thrownBy } from './checks.ts';
import { type DeclareStoreClause, LONG_MS, SHORT_MS } from './store-bench.ts';

/** What `Records.watch` promises. */
export function watchClauses(clause: DeclareStoreClause): void {
  clause('tells every change of a record, in the order of revisions', async (bench) => {
    const { records } = bench;
    const told = bench.watch();
    const first = await records.create('a', '1');
    const second = await records.create('b', '2', { ttlMs: LONG_MS });
    const third = await records.update('a', '3', first);
    await records.delete('b');
    await bench.told(told, 4);
    const wanted = [
      { key: 'a', text: '1', revision: first },
      { key: 'b', text: '2', revision: second },
      { key: 'a', text: '3', revision: third },
    ];
    claimSame(told.slice(0, 3), wanted, 'the first three changes');
    const { key, text, revision } = told[3]!;
    claimSame([key, text === undefined, revision > third], ['b', true, true], 'the removal');
  });

  clause('tells the changes that are made at once in the order of revisions', async (bench) => {
    const told = bench.watch();
    await Promise.all(Array.from({ length: 50 }, (_, place) => bench.records.create(`${place}`, 'a')));
    await bench.told(told, 50);
    const revisions = told.map(({ revision }) => revision);
    claimSame(
      revisions,
      revisions.toSorted((a, b) => a - b),
      'the revisions',
    );
  });

  clause('tells changes under the prefix only', async (bench) => {
    const all = bench.watch();
    const some = bench.watch('run_1');
    for (const key of ['run_1', 'run_10', 'run_2', 'runx1', 'run', 'Run_1'])
      await bench.records.create(key, 'a');
    await bench.told(all, 6);
    claimSame(
      some.map(({ key }) => key),
      ['run_1', 'run_10'],
      'the keys under the prefix',
    );
  });

  clause('tells only what comes after the call', async (bench) => {
    const before = await bench.records.create('a', '1');
    const told = bench.watch();
    await bench.records.update('a', '2', before);
    await bench.told(told, 1);
    claimSame(told[0]?.text, '2', 'the text of the change');
  });

  clause('tells nothing of a change that was refused', async (bench) => {
    const told = bench.watch();
    const revision = await bench.records.create('a', '1');
    await bench.refuses(() => bench.records.create('a', '2'), 'CONFLICT', 'making it again');
    await bench.refuses(() => bench.records.update('a', '2', revision + 1), 'CONFLICT', 'a change');
    await bench.records.delete('b');
    await bench.told(told, 1);
  });

  clause('tells that the time of a record is up, and then it is gone', async (bench) => {
    const told = bench.watch('lock');
    const made = await bench.records.create('lock', 'ada', { ttlMs: SHORT_MS });
    await bench.advance(SHORT_MS);
    await bench.told(told, 2);
    const { key, text, revision } = told[1]!;
    claimSame([key, text === undefined, revision > made], ['lock', true, true], 'the change');
    claimSame((await bench.records.get('lock')) === undefined, true, 'gone');
  });

  clause('tells once that the time of a record is up, also to those who find it gone', async (bench) => {
    await bench.records.create('lock', 'ada', { ttlMs: SHORT_MS });
    const told = bench.watch();
    await bench.advance(SHORT_MS);
    await Promise.all([bench.records.get('lock'), bench.keys(), bench.records.delete('lock')]);
    await bench.told(told, 1);
    claimSame(told[0]?.text === undefined, true, 'without a text');
  });

  clause('does not let a listener that throws hurt the others, the caller or itself', async (bench) => {
    const throwing = bench.watch('', () => {
      throw new Error('a listener threw');
    });
    const quiet = bench.watch();
    const revision = await bench.records.create('a', '1');
    await bench.records.update('a', '2', revision);
    for (const told of [throwing, quiet]) await bench.told(told, 2);
  });

  clause('keeps the order for all when a listener changes a record', async (bench) => {
    let follow = true;
    const first = bench.watch('', () => {
      if (follow) bench.records.create('b', '2').catch(() => {});
      follow = false;
    });
    const second = bench.watch();
    await bench.records.create('a', '1');
    await bench.told(first, 2);
    await bench.told(second, 2);
    claimSame(second, first, 'what the second was told');
    claimSame(
      first.map(({ key }) => key),
      ['a', 'b'],
      'the keys',
    );
  });

  clause('ends for the one that ends it, once and for good', async (bench) => {
    const told: string[] = [];
    const listener = ({ key }: { key: string }) => void told.push(key);
    const ends = [bench.records.watch('', listener), bench.records.watch('', listener)];
    const other = bench.watch();
    await bench.records.create('a', '1');
    await bench.told(other, 1);
    ends[0]!();
    ends[0]!();
    await bench.records.create('b', '1');
    await bench.told(other, 2);
    claimSame(told, ['a', 'a', 'b'], 'what two watches of one listener were told, one of them ended');
    ends[1]!();
    await bench.records.create('c', '1');
    await bench.told(other, 3);
    claimSame(told.length, 3, 'changes that were told after both had ended');
  });

  clause('tells nothing to a listener that another one has ended', async (bench) => {
    const ends: (() => void)[] = [];
    let late = 0;
    const first = bench.watch('', () => ends[0]?.());
    ends.push(bench.records.watch('', () => late++));
    await bench.records.create('a', '1');
    await bench.told(first, 1);
    claimSame(late, 0, 'changes that were told after the end');
  });

  clause('refuses to watch for what is no prefix, or by what is no listener', async ({ records }) => {
    for (const prefix of [1, null, '\ud800'] as string[]) {
      const thrown = thrownBy(() => records.watch(prefix, () => {}));
      claim(thrown !== undefined, `watch took ${JSON.stringify(prefix)} as a prefix`);
    }
    claim(thrownBy(() => records.watch('', 'x' as never)) !== undefined, 'watch took text as a listener');
  });
}
