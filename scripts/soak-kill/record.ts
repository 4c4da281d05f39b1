import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** What an entry of a run's journal says, as far as it is looked at here. */
export interface Entry {
  readonly type: string;
  readonly at: number;
  readonly step?: string;
  readonly attempt?: number;
  readonly workflow?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly until?: number;
  readonly parent?: { readonly runId: string; readonly step: string };
  readonly error?: { readonly code?: string };
  readonly undo?: { readonly undone: readonly string[] };
}

/** An entry that has come since the last look. */
interface NewEntry {
  /** The last part of the key of its stream: the id of the run. */
  readonly run: string;
  readonly sequence: number;
  readonly entry: Entry;
}

/** What was found in the file. */
export interface Look {
  /** In the order in which they were stored. */
  readonly entries: readonly NewEntry[];
  /** What was there at the last look, and is there no more as it was; undefined when nothing is. */
  readonly changed: string | undefined;
}

interface Sums {
  readonly count: number;
  readonly sum: number;
}

/**
 * Reads the file of the store as SQLite has it, without a line of cadre's own.
 *
 * It reads a copy of the file and its log: to open the file itself would do what is left to the next life.
 */
export class RecordReader {
  readonly #file: string;
  readonly #copy: string;
  #row = 0;
  #known: Sums = { count: 0, sum: 0 };

  constructor(file: string) {
    this.#file = file;
    this.#copy = `${file}.copy`;
  }

  /** Everything that has been stored since the last call. */
  look(): Look {
    if (!existsSync(this.#file)) {
      return { entries: [], changed: this.#row === 0 ? undefined : 'the file is gone' };
    }
    for (const end of ['', '-wal', '-shm']) {
      rmSync(`${this.#copy}${end}`, { force: true });
      if (end !== '-shm' && existsSync(`${this.#file}${end}`))
        copyFileSync(`${this.#file}${end}`, `${this.#copy}${end}`);
    }
    const database = new DatabaseSync(this.#copy);
    try {
      const { count, sum } = this.#sums(database);
      const { count: knownCount, sum: knownSum } = this.#known;
      const changed =
        count === knownCount && sum === knownSum
          ? undefined
          : `of ${knownCount} entries ${count} are there, with a sum of ${sum} and not ${knownSum}`;
      const rows = database
        .prepare(
          'SELECT entries.rowid AS row, key, sequence, text FROM entries JOIN streams ON streams.id = stream WHERE entries.rowid > ? ORDER BY entries.rowid',
        )
        .all(this.#row) as unknown as { row: number; key: string; sequence: number; text: string }[];
      this.#row = rows.at(-1)?.row ?? this.#row;
      this.#known = this.#sums(database);
      const entries = rows.map(({ key, sequence, text }) => {
        return { run: key.slice(key.lastIndexOf('/') + 1), sequence, entry: JSON.parse(text) as Entry };
      });
      return { entries, changed };
    } finally {
      database.close();
    }
  }

  /** Of the entries that have been seen. */
  #sums(database: DatabaseSync): Sums {
    const { count, sum } = database
      .prepare('SELECT count(*) AS count, total(entries.sum) AS sum FROM entries WHERE rowid <= ?')
      .get(this.#row) as unknown as Sums;
    return { count, sum };
  }
}
