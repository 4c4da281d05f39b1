import { ConflictError } from '../../index.ts';
import { claim, claimSame, codeOf } from './checks.ts';
import type { DeclareStoreClause } from './store-bench.ts';

/** Many writers at once, and owners that were overtaken. */
export function raceClauses(clause: DeclareStoreClause): void {
  clause('lets exactly one of many writers have a sequence', async (bench) => {
    for (let round = 0; round < 5; round++) {
      const writers = Array.from({ length: 20 }, (_, place) => bench.append('run', round, `by ${place}`));
      const outcomes = await Promise.allSettled(writers);
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      const losers = outcomes.filter((outcome) => outcome.status === 'rejected');
      claimSame(losers.length, 19, 'how many writers of one sequence were refused');
      claimSame([...new Set(losers.map(({ reason }) => codeOf(reason)))], ['CONFLICT'], 'why');
      const { last, entries } = await bench.journal.read('run', { after: round });
      claimSame([last, entries], [round + 1, [`by ${winner}`]], 'the stream after the winner');
    }
  });

  clause(
    'keeps the entries of all writers that try until they succeed, in the order of each',
    async (bench) => {
      const write = async (writer: number): Promise<void> => {
        for (let entry = 0, last = 0, tries = 0; entry < 15; ) {
          // Somebody succeeds each time, so that nobody is refused more often than all the others have entries.
          claim(tries++ < 100, `writer ${writer} was refused ${tries - entry - 1} times`);
          try {
            last = await bench.append('run', last, `${writer}:${entry}`);
            entry++;
          } catch (error) {
            if (!(error instanceof ConflictError)) throw error;
            last = error.actual;
          }
        }
      };
      await Promise.all(Array.from({ length: 6 }, (_, writer) => write(writer)));
      const entries = await bench.entries('run');
      claimSame(entries.length, 90, 'how many entries there are');
      for (let writer = 0; writer < 6; writer++) {
        const own = entries.filter((entry) => entry.startsWith(`${writer}:`));
        const wanted = Array.from({ length: 15 }, (_, entry) => `${writer}:${entry}`);
        claimSame(own, wanted, `the entries of writer ${writer}`);
      }
    },
  );

  clause('refuses a writer that was overtaken, for ever', async (bench) => {
    let last = await bench.append('run', 0, 'first owner');
    const known = last;
    for (let entry = 0; entry < 5; entry++) {
      last = await bench.append('run', last, 'second owner');
      const late = () => bench.append('run', known, 'first owner again');
      await bench.conflicts(late, ['run', known, last], 'a late append');
    }
    await bench.journal.truncate('run', last, 'snapshot of the second owner');
    const late = () => bench.append('run', known, 'first owner again');
    await bench.conflicts(late, ['run', known, last], 'a late append after the snapshot');
    const truncate = () => bench.journal.truncate('run', known, 'snapshot of the first owner');
    await bench.conflicts(truncate, ['run', known, last], 'a late snapshot');
    await bench.conflicts(() => bench.journal.delete('run', known), ['run', known, last], 'a late removal');
  });

  clause('fails only those of many calls at once that are in conflict', async (bench) => {
    await bench.append('taken', 0, 'a');
    const calls = Array.from({ length: 40 }, (_, place) =>
      place % 4 === 0 ? bench.append('taken', 0, 'x') : bench.append(`run.${place}`, 0, `${place}`),
    );
    const outcomes = await Promise.allSettled(calls);
    const wanted = outcomes.map((_, place) => (place % 4 === 0 ? 'rejected' : 'fulfilled'));
    claimSame(
      outcomes.map(({ status }) => status),
      wanted,
      'what became of the calls',
    );
    claimSame(await bench.entries('taken'), ['a'], 'the stream that was in conflict');
    claimSame((await bench.streams({ prefix: 'run.' })).length, 30, 'how many of the others there are');
    claimSame(await bench.entries('run.39'), ['39'], 'one of the others');
  });

  clause('writes many streams at once', async (bench) => {
    const write = async (stream: string): Promise<void> => {
      for (let last = 0; last < 5; last++) await bench.append(stream, last, `${stream} ${last}`);
    };
    await Promise.all(Array.from({ length: 100 }, (_, place) => write(`run.${place}`)));
    for (let place = 0; place < 100; place++) {
      const wanted = Array.from({ length: 5 }, (_, entry) => `run.${place} ${entry}`);
      claimSame(await bench.entries(`run.${place}`), wanted, `the entries of run.${place}`);
    }
  });

  clause('shows every later call what a call has stored', async (bench) => {
    for (let last = 0; last < 20; last++) {
      await bench.append('run', last, `${last}`);
      const { entries } = await bench.journal.read('run', { after: last });
      claimSame(entries, [`${last}`], 'what is read after an append');
      const revision = await bench.records.create(`record.${last}`, `${last}`);
      claimSame(
        (await bench.records.get(`record.${last}`))?.revision,
        revision,
        'what is read after a change',
      );
    }
  });

  clause('lets exactly one of many make a record', async ({ records }) => {
    const calls = Array.from({ length: 20 }, (_, place) => records.create('lock', `by ${place}`));
    const outcomes = await Promise.allSettled(calls);
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    claimSame(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'how many made it');
    claimSame((await records.get('lock'))?.text, `by ${winner}`, 'the text');
  });

  clause('lets exactly one of many change or remove a revision', async ({ records }) => {
    const revision = await records.create('lock', 'ada');
    const changes = Array.from({ length: 20 }, (_, place) => records.update('lock', `by ${place}`, revision));
    const outcomes = await Promise.allSettled([...changes, records.delete('lock', revision)]);
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    claimSame(winners.length, 1, 'how many had the revision');
    const kept = await records.get('lock');
    if (winners[0]!.value === true) claim(kept === undefined, 'the record is there after its removal');
    else claimSame(kept?.revision, winners[0]!.value, 'the revision');
  });

  clause(
    'gives a lock to a second owner only when the first has let it go or its time is up',
    async (bench) => {
      const { records } = bench;
      const first = await records.create('lock', 'first', { ttlMs: 60 });
      await bench.refuses(() => records.create('lock', 'second', { ttlMs: 60 }), 'CONFLICT', 'taking it');
      await bench.advance(60);
      const second = await records.create('lock', 'second', { ttlMs: 3_600_000 });
      claim(second > first, `token ${second} follows ${first}`);
      const renew = () => records.update('lock', 'first', first, { ttlMs: 60 });
      await bench.conflicts(renew, ['lock', first, second], 'a late renewal');
      await bench.conflicts(() => records.delete('lock', first), ['lock', first, second], 'a late release');
    },
  );
}
