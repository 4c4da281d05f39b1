import { DatabaseSync } from 'node:sqlite';
import type { Journal, Store } from '../src/index.ts';

/** One append of a run, as it came. */
interface Append {
  readonly stream: string;
  readonly sequence: number;
  readonly entries: readonly string[];
}

/** Appends that were stored by one transaction. */
export type Transaction = readonly Append[];

/** So many calls `sqliteStore` stores together at most. */
const LARGEST_BATCH = 2_000;

/** The store, and what is appended through it, by the transactions of `sqliteStore`: one a turn of the event loop. */
export function recorded(store: Store): { readonly store: Store; readonly transactions: Transaction[] } {
  const transactions: Append[][] = [];
  let open: Append[] | undefined;
  const { journal, records, durability } = store;
  const append: Journal['append'] = (stream, expected, entries) => {
    if (open === undefined || open.length === LARGEST_BATCH) {
      open = [];
      transactions.push(open);
      // Asked for before the store asks for its own, so it comes just before the transaction.
      setImmediate(() => {
        open = undefined;
      });
    }
    open.push({ stream, sequence: expected + 1, entries });
    return journal.append(stream, expected, entries);
  };
  const through: Journal = {
    append,
    read: (...values) => journal.read(...values),
    truncate: (...values) => journal.truncate(...values),
    delete: (...values) => journal.delete(...values),
    list: (...values) => journal.list(...values),
  };
  return {
    transactions,
    store: { durability, records, journal: through, close: () => store.close() },
  };
}

const SYNCHRONOUS = { process: 'NORMAL', power: 'FULL' } as const;

/** `node:sqlite` alone, doing the same appends: the same rows in the same tables by the same transactions. */
export class Replay {
  readonly #database: DatabaseSync;
  readonly #transactions: readonly Transaction[];

  constructor(file: string, durability: 'process' | 'power', transactions: readonly Transaction[]) {
    this.#transactions = transactions;
    const database = new DatabaseSync(file);
    this.#database = database;
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = ${SYNCHRONOUS[durability]}`);
    database.exec(
      'CREATE TABLE streams (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, base INTEGER NOT NULL, sum INTEGER NOT NULL, snapshot_sum INTEGER NOT NULL, snapshot TEXT NOT NULL) STRICT',
    );
    database.exec(
      'CREATE TABLE entries (stream INTEGER NOT NULL, sequence INTEGER NOT NULL, text TEXT NOT NULL, sum INTEGER NOT NULL, UNIQUE (stream, sequence)) STRICT',
    );
  }

  /** Does them all. */
  run(): void {
    const database = this.#database;
    const begin = database.prepare('BEGIN IMMEDIATE');
    const commit = database.prepare('COMMIT');
    const makeStream = database.prepare('INSERT INTO streams VALUES (?, ?, 0, 4294967295, 4294967295, ?)');
    const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, 4294967295)');
    const streams = new Map<string, number>();
    for (const transaction of this.#transactions) {
      begin.run();
      for (const { stream, sequence, entries } of transaction) {
        let id = streams.get(stream);
        if (id === undefined) {
          id = streams.size + 1;
          streams.set(stream, id);
          makeStream.run(id, stream, '');
        }
        let at = sequence;
        for (const text of entries) insert.run(id, at++, text);
      }
      commit.run();
    }
  }

  close(): void {
    this.#database.close();
  }
}
