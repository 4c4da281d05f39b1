import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { temporaryFile } from './files.ts';

// npx vitest run test/integrations/sqlite/syncs.test.ts prints the figures of docs/guide/storage.md.

const ROUNDS = 100;
const STRACE = 'strace';
const hasStrace = spawnSync(STRACE, ['--version']).status === 0;

/** What the kernel was asked for between one acknowledgement and the next. */
interface Round {
  /** Writes to the log. */
  readonly writes: number;
  /** Syncs after the last of these writes. */
  readonly syncs: number;
}

/** Appends in a process under strace, `together` entries at once, and returns what each round cost. */
function traced(durability: 'process' | 'power', together: number): Round[] {
  const log = temporaryFile();
  const script = `
    import { writeSync } from 'node:fs';
    import { sqliteStore } from './src/integrations/sqlite/index.ts';
    const store = sqliteStore({ file: ${JSON.stringify(temporaryFile())}, durability: '${durability}' });
    const streams = Array.from({ length: ${together} }, (_, place) => 'run.' + place);
    await store.open();
    writeSync(1, 'ready');
    for (let last = 0; last < ${ROUNDS}; last++) {
      await Promise.all(streams.map((stream) => store.journal.append(stream, last, ['entry ' + last])));
      writeSync(1, 'acknowledged');
    }
    await store.close();`;
  const calls = 'trace=pwrite64,write,fsync,fdatasync';
  const flags = [
    '-f',
    '-y',
    '-s',
    '16',
    '-e',
    calls,
    '-o',
    log,
    process.execPath,
    '--input-type=module',
    '--eval',
    script,
  ];
  const { status, stderr } = spawnSync(STRACE, flags, { encoding: 'utf8', timeout: 100_000 });
  if (status !== 0) throw new Error(`strace: ${stderr}`);

  const rounds: Round[] = [];
  let [writes, syncs] = [0, 0];
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    if (/pwrite64\(\d+<[^>]*-wal>/.test(line)) [writes, syncs] = [writes + 1, 0];
    else if (/\b(fsync|fdatasync)\(\d+<[^>]*\.db(-wal)?>/.test(line)) syncs++;
    else if (line.includes('"acknowledged"')) rounds.push({ writes, syncs });
    if (/"(ready|acknowledged)"/.test(line)) [writes, syncs] = [0, 0];
  }
  return rounds;
}

describe.skipIf(!hasStrace)('the syncs that strace sees (it is skipped where there is no strace)', () => {
  it.each([1, 100])(
    'are one or more after the last write of each turn at "power", %i at once',
    { timeout: 120_000 },
    (together) => {
      const rounds = traced('power', together);

      expect(rounds).toHaveLength(ROUNDS);
      expect(rounds.filter(({ writes, syncs }) => writes === 0 || syncs === 0)).toEqual([]);
      console.info(`power, ${together} at once: ${sum(rounds)} syncs in ${ROUNDS} turns`);
    },
  );

  it('are none at "process", where the page cache is what is promised', { timeout: 120_000 }, () => {
    const rounds = traced('process', 1);

    expect(rounds).toHaveLength(ROUNDS);
    expect(rounds.filter(({ writes }) => writes === 0)).toEqual([]);
    expect(sum(rounds)).toBe(0);
    console.info(`process, 1 at once: ${sum(rounds)} syncs in ${ROUNDS} turns`);
  });
});

function sum(rounds: readonly Round[]): number {
  return rounds.reduce((all, { syncs }) => all + syncs, 0);
}
